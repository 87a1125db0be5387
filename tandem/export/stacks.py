"""The constructs, with Terraform's variables for settings. Importing this starts Node."""

from __future__ import annotations

from typing import Any

from modules import Approval, Artifacts, Build, BuildProject, EcsDeploy, ImagePipeline, Project
from modules._cdktf import TerraformStack
from modules.artifacts import (
    AnyArtifactStore,
    ArtifactStore,
    EitherArtifactStore,
    SharedArtifactStore,
)
from modules.bases import Image
from modules.codebuild import pulls_its_image, standard_variables
from modules.ecr import AnyImageRepository, EitherImageRepository, RepositoryReference, grant_push
from modules.expressions import Condition, Entries, Text, hcl
from modules.naming import Names
from modules.symbols import AnyRepository, AnySource, Argument, symbolic
from tandem.export.variables.base import artifact

_LONGEST_STEM = 24
_LONGEST_RULE = 58
_HASH_LENGTH = 8
_START_ROLES = (
    "concat(aws_iam_role.committed[*].name, aws_iam_role.uploaded[*].name, "
    "aws_iam_role.scheduled[*].name, values(aws_iam_role.base_pushed)[*].name)"
)
_TWICE = (
    "setintersection(keys(local.bases), "
    "concat(keys(var.build.arguments), keys(var.build.environment)))"
)
_FOREIGN = (
    "[for argument, image in local.bases : argument if !startswith(image.repository_arn, "
    '"arn:${local.partition}:ecr:${local.region}:${local.account}:")]'
)
_BETWEEN_VARIABLES = {
    "var.approval == null || var.deploy != null": "There is approval but nothing to approve: "
    "add deploy, or remove approval.",
    f"length({_TWICE}) == 0": f'The build arguments ${{join(", ", {_TWICE})}} of base are set '
    "under build too: keep one.",
    f"length({_FOREIGN}) == 0": f'The base ${{join(", ", {_FOREIGN})}} is in another region or '
    "account, whose pushes start nothing here: replicate its repository, or give this module the "
    "provider of the base.",
    "var.dead_letters == null ? true : startswith(var.dead_letters.arn, "
    '"arn:${local.partition}:sqs:${local.region}:${local.account}:")': "dead_letters is in another "
    "region or account, to which EventBridge sends nothing: give a queue of this one, or none.",
    "var.artifact_store == null || var.artifacts.kms_key == null": "artifacts.kms_key is for the "
    "module's own bucket, and there is none with artifact_store: give the key to that, or remove "
    "one of them.",
    "var.repository.existing == null || "
    "(var.repository.name == null && var.repository.kms_key == null)": "repository.existing is "
    "managed elsewhere, with its name and its key: remove repository.name and repository.kms_key, "
    "or repository.existing.",
}
"""What must hold between variables, and what to say where it does not."""


def image_pipeline(stack: TerraformStack) -> None:
    """The whole: repository, build, pipeline, roles and triggers."""
    stack.add_override("locals.ecs", "${var.deploy == null ? null : var.deploy.ecs}")
    # Either of two attributes may be unknown when Terraform plans, and then the rules that depend
    # on the kind can be counted all the same.
    kind = (
        'anytrue([var.code.key != null, var.code.s3 != null]) ? "s3" : '
        "anytrue([var.code.repository != null, var.code.connection != null]) "
        '? "connection" : "codecommit"'
    )
    stack.add_override("locals.source", f"${{{kind}}}")
    project = _project(stack, shared_dead_letters="var.dead_letters")
    _bases(stack, project)
    store = EitherArtifactStore(
        project,
        "artifact_store",
        settings=symbolic(Artifacts, "var.artifacts"),
        shared=_shared_store(project),
        is_shared=Condition("var.artifact_store != null"),
    )
    project.artifact_store = store
    _keep_bucket(stack)
    pipeline = ImagePipeline(
        stack,
        "this",
        address="",
        source=AnySource.at("var.code", kind="local.source"),
        base=Entries("local.bases", _image, Argument.of),
        repository=AnyRepository("var.repository"),
        build=symbolic(Build, "var.build"),
        tag=Text("var.tag"),
        mode=Text("var.mode"),  # type: ignore[arg-type]
        retry=Text("var.retry", nullable=True),  # type: ignore[arg-type]
        approval=symbolic(Approval, "var.approval", nullable=True),
        deploy=symbolic(EcsDeploy, "local.ecs", nullable=True),
        schedule=Text("var.schedule", nullable=True),
    )
    # Rules between variables; those of a single one stand with it.
    stack.add_override(
        "resource.aws_codepipeline.pipeline.lifecycle.precondition",
        [
            {"condition": f"${{{condition}}}", "error_message": message}
            for condition, message in _BETWEEN_VARIABLES.items()
        ],
    )
    _tell(
        stack,
        image=(
            "What the pipelines built on this image take as their `base`.",
            _image_output(pipeline.repository),
        ),
        repository_name=("Name of the repository.", pipeline.repository.name),
        repository_arn=("ARN of the repository.", pipeline.repository.arn),
        repository_url=("What to push to and pull from.", pipeline.repository.url),
        pipeline_name=("Name of the pipeline.", pipeline.name),
        pipeline_arn=("ARN of the pipeline.", pipeline.arn),
        build_project_name=("Name of the build project.", pipeline.build.name),
        build_project_arn=("ARN of the build project.", pipeline.build.arn),
        role_arns=(
            "ARNs of the roles of the build and of the pipeline, as a key's policy needs them.",
            {"build": pipeline.build.role.arn, "pipeline": pipeline.pipeline.role.arn},
        ),
        role_names=(
            "Names of the roles of the build and of the pipeline, and of those with which events "
            "and schedules start it.",
            {
                "build": pipeline.build.role.name,
                "pipeline": pipeline.pipeline.role.name,
                "start": Text(_START_ROLES),
            },
        ),
        log_group_name=("The log of the builds.", pipeline.build.log_group),
        artifact_store=("The artifact store, for other modules to share.", _store_output(store)),
        dead_letters=(
            "The queue of the events that could start nothing, for other modules to share.",
            {"arn": pipeline.dead_letters},
        ),
    )


def image_repository(stack: TerraformStack) -> None:
    """A repository that keeps what was built last and forgets the rest."""
    repository = EitherImageRepository(
        _project(stack),
        "repository",
        name=Text("var.name"),
        settings=AnyRepository("var", existing=None, name=None),
    )
    _tell(
        stack,
        image=(
            "What the pipelines built on this image take as their `base`.",
            _image_output(repository),
        ),
        name=("Name of the repository.", repository.name),
        arn=("ARN of the repository.", repository.arn),
        url=("What to push to and pull from.", repository.url),
    )


def artifact_store(stack: TerraformStack) -> None:
    """A bucket for the artifacts of any number of pipelines."""
    settings = symbolic(Artifacts, "var")
    project = _project(stack, names=_StoreNames(Text("var.name")))
    store = ArtifactStore(project, "artifacts", settings=settings)
    _keep_bucket(stack)
    _tell(stack, store=("What pipelines take as their `artifact_store`.", _store_output(store)))


def build_project(stack: TerraformStack) -> None:
    """A project that builds an image and pushes it, for a pipeline that is made elsewhere."""
    project = _project(stack)
    project.artifact_store = _shared_store(project)
    settings = symbolic(Build, "var.build")
    build = BuildProject(
        project,
        "build",
        name=Text("var.name"),
        role_name=project.names.role("", "build"),
        settings=settings,
        buildspec=Text('"base"'),
        variables=standard_variables(
            settings,
            bases={},
            repository_url=Text("var.repository.url"),
            tag=Text("var.tag"),
            container=Text("var.name"),
        ),
    )
    grant_push(build.role, Text("var.repository.arn"), pulls=pulls_its_image(settings))
    _tell(
        stack,
        name=("Name of the build project.", build.name),
        arn=("ARN of the build project.", build.arn),
        role_name=("Name of its role.", build.role.name),
        role_arn=("ARN of its role.", build.role.arn),
        log_group_name=("The log of the builds.", build.log_group),
    )


def _project(
    stack: TerraformStack,
    *,
    names: Names | None = None,
    shared_dead_letters: str | None = None,
) -> Project:
    project = Project(
        stack,
        names=names or _Names(Text("var.name")),
        tags=Entries("var.tags", Text),
        permissions_boundary=Text("var.permissions_boundary", nullable=True),
        shared_dead_letters=shared_dead_letters,
    )
    for name in ("account", "dns_suffix", "partition", "region"):
        value = Text(hcl(getattr(project, name)))
        setattr(project, name, project.local(name, value))
    return project


def _shared_store(project: Project) -> SharedArtifactStore:
    return SharedArtifactStore(
        project,
        "shared",
        bucket=Text("var.artifact_store.bucket"),
        bucket_arn=Text("var.artifact_store.bucket_arn"),
        kms_key=Text("var.artifact_store.kms_key", nullable=True),
    )


def _bases(stack: TerraformStack, project: Project) -> None:
    """Make one map of the three things that `var.base` may be.

    What is in an image may be unknown when Terraform plans; which attributes it has is not. So
    only those are looked at: neither `can` nor `try`, which are unknown themselves then.
    """
    elsewhere = RepositoryReference.of_account(project, Text("image.repository"))
    locals_ = {
        "base_keys": "var.base == null ? [] : keys(var.base)",
        "base_images": (
            'merge({for image in [var.base] : "BASE_IMAGE" => image'
            ' if contains(local.base_keys, "tag")}, '
            "{for argument in local.base_keys : argument => var.base[argument]"
            ' if !contains(local.base_keys, "tag")})'
        ),
        "bases": (
            "{for argument, image in local.base_images : argument => {"
            f"artifact = {artifact('argument')}, "
            f"rule = {_fitted('${var.name}-${lower(argument)}-pushed', _LONGEST_RULE)}, "
            "repository = image.repository, "
            f"repository_arn = {_told('repository_arn', elsewhere.arn)}, "
            f"repository_url = {_told('repository_url', elsewhere.url)}, "
            "tag = image.tag}}"
        ),
    }
    for name, expression in locals_.items():
        stack.add_override(f"locals.{name}", Text(expression))


def _told(attribute: str, computed: str) -> str:
    """An attribute of a base, which another module told or which follows from its name."""
    return f'coalesce(lookup(image, "{attribute}", null), {hcl(computed)})'


def _image(expression: str) -> Image:
    """A base, from the expression for its entry in `local.bases`."""
    repository = RepositoryReference(
        name=Text(f"{expression}.repository"),
        arn=Text(f"{expression}.repository_arn"),
        url=Text(f"{expression}.repository_url"),
    )
    return Image("base", repository, Text(f"{expression}.tag"))


class _Names(Names):
    """Names in a module: all begin with `var.name`, of which its rule takes 40 characters."""

    def repository(self, image: str) -> str:
        return self._of(image)

    def pipeline(self, image: str) -> str:
        return self._of(image)

    def build_project(self, image: str) -> str:
        return self._of(image)

    def role(self, owner: str, purpose: str) -> str:
        return self._of(owner, purpose)

    def rule(self, trigger: str) -> str:
        return self._of(trigger)

    def queue(self, purpose: str) -> str:
        return self._of(purpose)

    def bucket(self, purpose: str, *, account: str, region: str) -> str:
        return f"{Text(_fitted('${var.name}', _LONGEST_STEM))}-{purpose}-{account}-{region}"

    def _of(self, *parts: str) -> str:
        parts = tuple(part for part in parts if part)
        return "-".join([self.prefix, *parts]) if parts else self.prefix


class _StoreNames(_Names):
    """Names in a module that is a store, so that a pipeline may have the same name."""

    def bucket(self, purpose: str, *, account: str, region: str) -> str:  # noqa: ARG002
        return super().bucket("store", account=account, region=region)


def _fitted(text: str, limit: int) -> str:
    """An expression for a text that is cut where it is too long, with a hash of the whole of it."""
    quoted = f'"{text}"' if text.count("${") != 1 or text[-1] != "}" else text[2:-1]
    cut = f'trimsuffix(substr({quoted}, 0, {limit - _HASH_LENGTH - 1}), "-")'
    short = f'"${{{cut}}}-${{substr(sha256({quoted}), 0, {_HASH_LENGTH})}}"'
    return f"length({quoted}) <= {limit} ? {quoted} : {short}"


def _image_output(repository: AnyImageRepository) -> dict[str, str]:
    return {
        "name": "${var.name}",
        "repository": repository.name,
        "repository_arn": repository.arn,
        "repository_url": repository.url,
        "tag": "${var.tag}",
    }


def _keep_bucket(stack: TerraformStack) -> None:
    """Keep the bucket when its name is unknown for once.

    The account in it is unknown in a plan of a call with `depends_on` that has something to do.
    """
    stack.add_override("resource.aws_s3_bucket.artifacts.lifecycle.ignore_changes", ["bucket"])


def _store_output(store: AnyArtifactStore) -> dict[str, str | None]:
    return {"bucket": store.bucket, "bucket_arn": store.bucket_arn, "kms_key": store.kms_key}


def _tell(stack: TerraformStack, **outputs: tuple[str, Any]) -> None:
    for name, (description, value) in outputs.items():
        stack.add_override(f"output.{name}", {"description": description, "value": value})
