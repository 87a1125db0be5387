"""What a file says, and the same said with the exported modules: the same resources at AWS."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from module_root import root_module
from ruamel.yaml import YAML
from same_resources import Resources, canonical, differences, managed, starts
from synthesis import KITCHEN_SINK, ROOT, Block, read, synthesize

from tandem.config import Config, load
from tandem.emulator import OVERRIDE_FILE, Emulator, override, seed
from tandem.export.variables import variables
from tandem.terraform import Terraform

pytestmark = pytest.mark.integration

REGION = "eu-west-1"
ACCOUNT = "111122223333"
OTHER_ACCOUNT = "444455556666"
"""The modules' own: the emulators of a process share what is in an account."""
WITHOUT = ("app-2", "app-3", "app-4", "app-5")
"""Images that say nothing new: in a file they need a second rule."""
MORE: Block = {
    "odd": {
        "base": {"A_BASE": "web", "FONTS_IMAGE": {"repository": "design/fonts", "tag": "newest"}},
        "source": {
            "connection": f"arn:aws:codeconnections:{REGION}:{ACCOUNT}:connection/"
            "01234567-89ab-cdef-0123-456789abcdef",
            "repository": "acme/${odd}",
            "filters": {"paths": {"exclude": ["%{docs}/**"]}},
        },
        "approval": {"message": "Well, %{is} it?"},
        "deploy": {"ecs": {"cluster": "prod", "service": "o", "container": "c", "task_roles": []}},
        "build": {
            "image": "public.ecr.aws/docker/library/docker:27",
            "arguments": {"EMPTY": "", "NODE_ENV": "${staging}"},
            "environment": {
                "DOLLAR": "${staging}",
                "OTHER": {
                    "secret": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:npm-AbCdEf:token"
                },
                "PARAMETER": {"parameter": f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/a/b"},
                "PLAIN_NAME": {"parameter": "plain"},
                "SECRET_NAME": {"secret": "shop/npm"},
            },
        },
    },
    "odd-key": {
        "source": {"s3": "acme-sources", "key": "a*b?/$c ${d}.zip"},
        "repository": {"protect": False},
    },
}
"""Values that are hard to write, in YAML as in Terraform."""
OF_RULES = {
    "aws_cloudwatch_event_rule",
    "aws_cloudwatch_event_target",
    "aws_sqs_queue",
}
"""In a file the pipelines share rules; a module has rules of its own."""
Compared = dict[tuple[str, str], Any]


@dataclass
class Both:
    """The resources of both ways, with every value known."""

    config: Config
    file: Resources
    modules: Resources


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Both:
    """Both applied, at the same time."""
    tmp = tmp_path_factory.mktemp("both")
    config = load(written(tmp / "file.yaml", ACCOUNT))
    stack = synthesize(tmp / "file.yaml", tmp / "out")
    described = read(stack)
    (stack / OVERRIDE_FILE).write_text(json.dumps(override(described)))
    root = tmp / "root"
    root.mkdir()
    other = load(written(tmp / "other.yaml", OTHER_ACCOUNT))
    (root / "main.tf.json").write_text(json.dumps(root_module(other, ROOT / "terraform")))
    with (
        Emulator(account_id=ACCOUNT) as emulator,
        Emulator(account_id=OTHER_ACCOUNT) as second,
        ThreadPoolExecutor() as threads,
    ):
        for each in (emulator, second):
            seed(each, described, region=REGION)
        of_file = threads.submit(applied, stack, emulator)
        of_modules = threads.submit(applied, root, second)
    return Both(config, of_file.result(), of_modules.result())


def written(path: Path, account: str) -> Path:
    settings = YAML(typ="safe", pure=True).load(KITCHEN_SINK)
    images = {name: it for name, it in settings["images"].items() if name not in WITHOUT}
    # No module reviews plans: its users' own pipelines do.
    text = json.dumps({**settings, "images": {**images, **MORE}, "review": {}})
    path.write_text(text.replace(ACCOUNT, account))
    return path


def applied(folder: Path, emulator: Emulator) -> Resources:
    """Apply what is in a folder; what then is in the state, and its account is `ACCOUNT`."""
    terraform = Terraform(folder, environment=emulator.environment(region=REGION))
    terraform.init()
    terraform.plan(out=folder / "tfplan")
    terraform.apply(folder / "tfplan")
    shown = json.dumps(terraform.show_json()).replace(emulator.account_id, ACCOUNT)
    shown = shown.replace("sink-prod-store-", "sink-prod-artifacts-")  # a module's own name
    return list(managed(json.loads(shown)["values"]["root_module"]))


# The configuration


def test_every_variable_is_given(both: Both) -> None:
    calls = root_module(both.config, ROOT / "terraform")["module"]
    given: dict[str, set[str]] = {}
    for call in calls.values():
        given.setdefault(Path(call["source"]).name, set()).update(call)
    missing = {name: variables(name).keys() - settings for name, settings in given.items()}
    # All share a store, so that no module makes one with settings of its own.
    assert missing == {"artifact-store": set(), "image-pipeline": {"artifacts"}}


# What builds and keeps the images


def test_the_same_resources(both: Both) -> None:
    file, modules = compared(both.file), compared(both.modules)
    assert file.keys() == modules.keys()
    container_named_as_the_module(file, both.config)
    assert list(differences(file, modules)) == []


def compared(resources: Resources) -> Compared:
    """What is not a rule or a part of one, by type and name."""
    others = [it for it in resources if it["type"] not in OF_RULES and not starts_pipelines(it)]
    found = {(it["type"], name_of(it["values"])): canonical(it["values"]) for it in others}
    assert len(found) == len(others), "names are unique in a type"
    return found


def starts_pipelines(resource: Block) -> bool:
    """Whether it is the role of a rule, or the policy of one."""
    name: str = resource["values"].get("name", "")
    return resource["type"].startswith("aws_iam_") and name.endswith("-start")


def name_of(values: Block) -> str:
    return str(
        next(values[key] for key in ("role", "repository", "bucket", "name") if key in values)
    )


def container_named_as_the_module(file: Compared, config: Config) -> None:
    """Without a deployment a module has no other name for the container than its own."""
    for name, image in config.images.items():
        if image.deploy is None:
            project = config.names.build_project(name)
            (environment,) = file["aws_codebuild_project", project]["environment"]
            (container,) = (
                variable
                for variable in environment["environment_variable"]
                if variable["name"] == "CONTAINER_NAME"
            )
            assert container["value"] == name
            container["value"] = project


# What starts the pipelines


def test_the_same_starts_of_every_pipeline(both: Both) -> None:
    file, modules = starts(both.file), starts(both.modules)
    assert file.keys() == modules.keys() == {pipeline(it) for it in both.config.images}
    assert list(differences(file, modules)) == []


def pipeline(image: str) -> str:
    return f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:sink-prod-{image}"


def test_a_role_of_a_rule_starts_its_own_pipeline_alone(both: Both) -> None:
    """A rule of a module has one pipeline."""
    policies = [
        json.loads(it["values"]["policy"])
        for it in both.modules
        if it["type"] == "aws_iam_role_policy" and starts_pipelines(it)
    ]
    assert policies
    assert {len(one["Resource"]) for it in policies for one in it["Statement"]} == {1}
