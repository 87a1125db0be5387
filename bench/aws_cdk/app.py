"""The example of two linked pipelines in AWS CDK, as far as CDK's own constructs give them.

Left out, since CDK's pipeline actions offer no place for it: the queue for events that started
nothing, and the exact revision in the events. CDK adds a role for the events of each pipeline, and
grants of its own.
"""

from __future__ import annotations

from pathlib import Path

from aws_cdk import App, Duration, Environment, RemovalPolicy, Stack
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_codecommit as codecommit
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_codepipeline_actions as actions
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

BUILDSPECS = Path(__file__).resolve().parents[2] / "buildspecs"
ACCOUNT = "123456789012"
REGION = "us-east-1"
PROJECT = "shop"


class ImagePipeline(Construct):
    """A pipeline that builds an image, whenever its source or its base changes."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        source: str,
        artifacts: s3.IBucket,
        base: ecr.IRepository | None = None,
        service: ecs.IBaseService | None = None,
    ) -> None:
        super().__init__(scope, name)
        self.repository = ecr.Repository(
            self,
            "repository",
            repository_name=f"{PROJECT}/{name}",
            encryption=ecr.RepositoryEncryption.AES_256,
            image_scan_on_push=True,
            removal_policy=RemovalPolicy.RETAIN,
            lifecycle_rules=[
                ecr.LifecycleRule(
                    rule_priority=1,
                    description="Remove untagged images after 7 days",
                    tag_status=ecr.TagStatus.UNTAGGED,
                    max_image_age=Duration.days(7),
                ),
                ecr.LifecycleRule(
                    rule_priority=2,
                    description="Keep the newest 30 tagged images",
                    tag_status=ecr.TagStatus.TAGGED,
                    tag_pattern_list=["*"],
                    max_image_count=30,
                ),
            ],
        )
        project = self._build_project(name, base)
        source_artifact = codepipeline.Artifact("SourceArtifact")
        build_artifact = codepipeline.Artifact("BuildArtifact")
        source_actions: list[codepipeline.IAction] = []
        extra_inputs = []
        variables = {}
        if base:
            base_artifact = codepipeline.Artifact("BaseImage")
            base_action = actions.EcrSourceAction(
                action_name="BaseImage",
                variables_namespace="BaseImage",
                repository=base,
                image_tag="latest",
                output=base_artifact,
            )
            source_actions.append(base_action)
            extra_inputs.append(base_artifact)
            digest = base_action.variables.image_digest
            variables["BASE_IMAGE"] = codebuild.BuildEnvironmentVariable(
                value=f"{base.repository_uri}@{digest}"
            )
        source_action = actions.CodeCommitSourceAction(
            action_name="Source",
            variables_namespace="Source",
            repository=codecommit.Repository.from_repository_name(self, "source", source),
            branch="main",
            output=source_artifact,
        )
        source_actions.append(source_action)
        variables["COMMIT_ID"] = codebuild.BuildEnvironmentVariable(
            value=source_action.variables.commit_id
        )
        pipeline = codepipeline.Pipeline(
            self,
            "pipeline",
            pipeline_name=f"{PROJECT}-{name}",
            pipeline_type=codepipeline.PipelineType.V2,
            execution_mode=codepipeline.ExecutionMode.SUPERSEDED,
            artifact_bucket=artifacts,
        )
        pipeline.add_stage(stage_name="Source", actions=source_actions)
        pipeline.add_stage(
            stage_name="Build",
            actions=[
                actions.CodeBuildAction(
                    action_name="Build",
                    variables_namespace="Build",
                    project=project,
                    input=source_artifact,
                    extra_inputs=extra_inputs,
                    outputs=[build_artifact],
                    environment_variables=variables,
                )
            ],
        )
        if service:
            pipeline.add_stage(
                stage_name="Deploy",
                actions=[
                    actions.EcsDeployAction(
                        action_name="Deploy",
                        service=service,
                        input=build_artifact,
                        deployment_timeout=Duration.minutes(60),
                    )
                ],
            )

    def _build_project(self, name: str, base: ecr.IRepository | None) -> codebuild.PipelineProject:
        """The build project, its log, and what its role may pull and push."""
        log_group = logs.LogGroup(
            self,
            "log",
            log_group_name=f"/aws/codebuild/{PROJECT}-{name}",
            retention=logs.RetentionDays.ONE_MONTH,
        )
        texts = {
            "REPOSITORY_URI": self.repository.repository_uri,
            "IMAGE_TAG": "latest",
            "CONTAINER_NAME": name,
            "DOCKERFILE": "Dockerfile",
            "BUILD_CONTEXT": ".",
        }
        if base:
            texts["BASE_IMAGES"] = "BASE_IMAGE"
        buildspec = BUILDSPECS / ("app.yml" if base else "base.yml")
        project = codebuild.PipelineProject(
            self,
            "build",
            project_name=f"{PROJECT}-{name}",
            # An asset would be uploaded: the text is embedded, as Tandem does.
            build_spec=codebuild.BuildSpec.from_source_filename(
                buildspec.read_text(encoding="utf-8")
            ),
            timeout=Duration.minutes(60),
            queued_timeout=Duration.minutes(480),
            cache=codebuild.Cache.none(),
            environment=codebuild.BuildEnvironment(
                build_image=codebuild.LinuxBuildImage.AMAZON_LINUX_2_5,
                compute_type=codebuild.ComputeType.SMALL,
                privileged=True,
            ),
            environment_variables={
                key: codebuild.BuildEnvironmentVariable(value=value) for key, value in texts.items()
            },
            logging=codebuild.LoggingOptions(
                cloud_watch=codebuild.CloudWatchLoggingOptions(log_group=log_group)
            ),
        )
        self.repository.grant_pull_push(project)
        if base:
            base.grant_pull(project)
        return project


def main() -> None:
    """Synthesize the stack to CDK_OUTDIR, or to cdk.out."""
    app = App()
    stack = Stack(app, PROJECT, env=Environment(account=ACCOUNT, region=REGION))
    artifacts = s3.Bucket(
        stack,
        "artifacts",
        encryption=s3.BucketEncryption.S3_MANAGED,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        enforce_ssl=True,
        versioned=True,
        removal_policy=RemovalPolicy.DESTROY,
        lifecycle_rules=[
            s3.LifecycleRule(
                expiration=Duration.days(30),
                noncurrent_version_expiration=Duration.days(30),
                abort_incomplete_multipart_upload_after=Duration.days(1),
            )
        ],
    )
    base = ImagePipeline(stack, "base", source="base-image", artifacts=artifacts)
    service = ecs.BaseService.from_service_arn_with_cluster(
        stack, "service", f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/prod/web"
    )
    ImagePipeline(
        stack,
        "web",
        source="web",
        artifacts=artifacts,
        base=base.repository,
        service=service,
    )
    app.synth()


if __name__ == "__main__":
    main()
