"""The stack that a file describes. Importing this starts Node."""

from __future__ import annotations

import os
from pathlib import Path

from modules import ExistingImageRepository, ImagePipeline, Project
from modules._cdktf import (
    App,
    AwsProvider,
    CloudBackend,
    LocalBackend,
    NamedCloudWorkspace,
    S3Backend,
    TerraformOutput,
    TerraformStack,
)
from modules.bases import Image
from modules.naming import fit
from modules.plan_review import DriftReview, GithubPlanRole, PlanApply, PlanReview
from tandem.config import Config, ExternalBase, InCloud, InS3

_CONSOLES = {"cn-": "console.amazonaws.cn", "us-gov-": "console.amazonaws-us-gov.com"}
"""Hosts of the console outside the standard partition, by the beginning of the region."""


def synthesize(config: Config) -> Path:
    """Write the stack of `config` to cdktf.out, or to CDKTF_OUTDIR; the folder of the stack."""
    _output().mkdir(parents=True, exist_ok=True)  # CDKTF makes no folder above it
    app = App()
    stack = TerraformStack(app, config.names.prefix)
    compose(stack, config)
    app.synth()
    return _folder(stack)


def _output() -> Path:
    return Path(os.environ.get("CDKTF_OUTDIR", "cdktf.out"))


def _folder(stack: TerraformStack) -> Path:
    return _output() / "stacks" / stack.node.id


def compose(stack: TerraformStack, config: Config) -> None:
    """Put the provider, the state and the image pipelines of `config` into `stack`."""
    AwsProvider(
        stack,
        "Aws",  # no image has this id
        region=config.region,
        allowed_account_ids=[config.account] if config.account else None,
    )
    _keep_state(stack, config)
    project = Project(
        stack,
        name=config.project,
        environment=config.environment,
        tags=config.tags,
        permissions_boundary=config.permissions_boundary,
        artifacts=config.artifacts,
    )
    pipelines: dict[str, ImagePipeline] = {}
    elsewhere: dict[ExternalBase, Image] = {}
    for name in config.order():
        image = config.images[name]
        for base in image.bases.values():
            if isinstance(base, ExternalBase) and base not in elsewhere:
                elsewhere[base] = _external(project, base)
        pipelines[name] = ImagePipeline(
            stack,
            name,
            source=image.source,
            base={
                argument: elsewhere[base]
                if isinstance(base, ExternalBase)
                else pipelines[base].image
                for argument, base in image.bases.items()
            },
            repository=image.repository,
            build=image.build,
            tag=image.tag,
            mode=image.mode,
            retry=image.retry,
            approval=image.approval,
            deploy=image.deploy.ecs if image.deploy else None,
            schedule=image.schedule,
            renamed_from=image.renamed_from,
        )
    _review(stack, config)
    _tell(stack, config, pipelines)


def _review(stack: TerraformStack, config: Config) -> None:
    """Put the builds and the role that plan and apply this stack into it."""
    review = config.review
    state = config.state.s3 if isinstance(config.state, InS3) else None
    source, file, image = review.source, review.file, review.image
    if source is not None and state is not None:
        if review.pipeline:
            reviewed = PlanReview(
                stack,
                source=source,
                state=state,
                file=file,
                image=image,
                checkov=review.checkov,
                keep_plans=review.apply is not None,
            )
            if review.apply is not None:
                PlanApply(stack, review=reviewed, role=review.apply.role)
        if review.drift is not None:
            DriftReview(
                stack,
                source=source,
                state=state,
                schedule=review.drift,
                notify=review.notify,
                file=file,
                image=image,
            )
    if review.github is not None:
        GithubPlanRole(stack, settings=review.github, state=state)


def _external(project: Project, base: ExternalBase) -> Image:
    name = fit(f"{base.repository}-{base.tag}", limit=100)
    return Image(name, ExistingImageRepository(project, name, name=base.repository), base.tag)


def _keep_state(stack: TerraformStack, config: Config) -> None:
    match config.state:
        case InS3(s3=s3):
            S3Backend(
                stack,
                bucket=s3.bucket,
                key=s3.key,
                region=s3.region or config.region,
                encrypt=True,
                kms_key_id=s3.kms_key,
            )
            # Terraform 1.10 has it, the bindings of its backend have not.
            stack.add_override("terraform.backend.s3.use_lockfile", s3.lock)
        case InCloud(cloud=cloud):
            CloudBackend(
                stack,
                organization=cloud.organization,
                workspaces=NamedCloudWorkspace(cloud.workspace),
            )
        case _:
            # Not in cdktf.out, which may be deleted; relative, so that every machine writes the
            # same. By default CDKTF writes the absolute path of the machine.
            path = Path(os.path.relpath(f"terraform.{stack.node.id}.tfstate", _folder(stack)))
            LocalBackend(stack, path=path.as_posix())


def _tell(stack: TerraformStack, config: Config, pipelines: dict[str, ImagePipeline]) -> None:
    """Give outputs for people: what to push to, what to look at."""
    host = next(
        (host for prefix, host in _CONSOLES.items() if config.region.startswith(prefix)),
        "console.aws.amazon.com",
    )
    console = f"https://{config.region}.{host}/codesuite/codepipeline/pipelines"
    outputs = {
        "repository_urls": (
            "Repositories, by image.",
            {name: pipeline.repository.url for name, pipeline in pipelines.items()},
        ),
        "pipeline_names": (
            "Pipelines, by image.",
            {name: pipeline.name for name, pipeline in pipelines.items()},
        ),
        "pipeline_links": (
            "Pipelines in the console, by image.",
            {
                name: f"{console}/{pipeline.name}/view?region={config.region}"
                for name, pipeline in pipelines.items()
            },
        ),
    }
    for name, (description, value) in outputs.items():
        TerraformOutput(stack, name, description=description, value=value)
