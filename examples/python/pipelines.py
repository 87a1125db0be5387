"""Two linked pipelines without YAML; around them it is ordinary CDKTF.

Run it in the top folder: `pipenv run python -m examples.python.pipelines`.
"""

from modules import (
    App,
    AwsProvider,
    CodeCommit,
    EcsDeploy,
    ImagePipeline,
    Project,
    Repository,
    TerraformStack,
)

app = App()
stack = TerraformStack(app, "shop")
AwsProvider(stack, "aws", region="us-east-1")  # for a shared state add CDKTF's S3Backend
Project(stack, name="shop", environment="prod", tags={"team": "platform"})

base = ImagePipeline(stack, "base", source=CodeCommit("base-image"))
ImagePipeline(
    stack,
    "web",
    source=CodeCommit("web", branch="release"),
    base=base.image,
    repository=Repository(keep_images=100),
    deploy=EcsDeploy(cluster="prod", service="web", container="web"),
)
app.synth()
