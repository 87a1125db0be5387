"""Two linked pipelines in as little Terraform as works; each test breaks one thing of it."""

from __future__ import annotations

import json
from typing import Any

from linked_buildspecs import APP_BUILDSPEC, BASE_BUILDSPEC

from tandem.deployment import understand
from tandem.findings import Finding
from tandem.trace.catalogue import findings

Block = dict[str, Any]

ACCOUNT = "111122223333"
REGION = "eu-west-1"
PUSHED: Block = {
    "account": [ACCOUNT],
    "source": ["aws.ecr"],
    "detail-type": ["ECR Image Action"],
    "detail": {
        "action-type": ["PUSH"],
        "result": ["SUCCESS"],
        "repository-name": ["shop/base"],
        "image-tag": ["latest"],
    },
}


class Stack:
    """A configuration in JSON, and its parts by name."""

    def __init__(self) -> None:
        self.document: Block = {
            "provider": {"aws": [{"region": REGION, "allowed_account_ids": [ACCOUNT]}]},
            "resource": {},
        }
        for name in ("base", "web"):
            self.add("aws_ecr_repository", name, {"name": f"shop/{name}"})
        self._build("base", BASE_BUILDSPEC, sources=["SourceArtifact"])
        self._build("web", APP_BUILDSPEC, sources=["SourceArtifact", "BaseImage"])
        self.pipeline("base")["depends_on"].append("aws_cloudwatch_event_target.base_pushed")
        self._deploy()
        self._rule("base_pushed", "web", PUSHED, ("BaseImage", "IMAGE_DIGEST", "image-digest"))
        for name in ("base", "web"):
            committed = {
                "account": [ACCOUNT],
                "source": ["aws.codecommit"],
                "detail-type": ["CodeCommit Repository State Change"],
                "resources": [f"arn:aws:codecommit:{REGION}:{ACCOUNT}:{name}"],
                "detail": {
                    "event": ["referenceCreated", "referenceUpdated"],
                    "referenceType": ["branch"],
                    "referenceName": ["main"],
                },
            }
            self._rule(f"{name}_committed", name, committed, ("Source", "COMMIT_ID", "commitId"))

    def add(self, type: str, name: str, block: Block) -> Block:
        """Add a resource."""
        self.document["resource"].setdefault(type, {})[name] = block
        return block

    def get(self, type: str, name: str) -> Block:
        """A resource."""
        found: Block = self.document["resource"][type][name]
        return found

    def drop(self, type: str, name: str) -> None:
        """Remove a resource."""
        del self.document["resource"][type][name]

    def pipeline(self, name: str) -> Block:
        return self.get("aws_codepipeline", name)

    def project(self, name: str) -> Block:
        return self.get("aws_codebuild_project", name)

    def rule(self, name: str = "base_pushed") -> Block:
        return self.get("aws_cloudwatch_event_rule", name)

    def target(self, name: str = "base_pushed") -> Block:
        return self.get("aws_cloudwatch_event_target", name)

    def action(self, pipeline: str, name: str) -> Block:
        """An action, by its name."""
        for stage in self.pipeline(pipeline)["stage"]:
            for action in stage["action"]:
                if action["name"] == name:
                    found: Block = action
                    return found
        raise LookupError(name)

    def set_pattern(self, pattern: Block, rule: str = "base_pushed") -> None:
        """Give a rule another pattern."""
        self.rule(rule)["event_pattern"] = json.dumps(pattern)

    def set_buildspec(self, project: str, text: str) -> None:
        """Give a project another buildspec."""
        self.project(project)["source"]["buildspec"] = text

    def findings(self) -> list[Finding]:
        """What the checks find."""
        return findings(understand(self.document))

    def found(self) -> set[tuple[str, str]]:
        """The checks that find something, and where."""
        return {(it.check, it.address) for it in self.findings()}

    def causes(self, check: str) -> list[str]:
        """What a check says."""
        return [it.cause for it in self.findings() if it.check == check]

    def role(self, name: str, service: str, action: str, resource: str) -> str:
        """Add a role with a policy; its ARN."""
        trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        statement = {"Effect": "Allow", "Action": action, "Resource": resource}
        self.add(
            "aws_iam_role",
            name,
            {"name": name, "assume_role_policy": json.dumps({"Statement": [trust]})},
        )
        self.add(
            "aws_iam_role_policy",
            name,
            {
                "role": f"${{aws_iam_role.{name}.name}}",
                "policy": json.dumps({"Statement": [statement]}),
            },
        )
        return f"${{aws_iam_role.{name}.arn}}"

    def _build(self, name: str, buildspec: str, *, sources: list[str]) -> None:
        self.add(
            "aws_codebuild_project",
            name,
            {
                "name": f"shop-{name}",
                "service_role": self.role(f"{name}_build", "codebuild.amazonaws.com", "*", "*"),
                "artifacts": {"type": "CODEPIPELINE"},
                "source": {"type": "CODEPIPELINE", "buildspec": buildspec.replace("${", "$${")},
                "environment": {
                    "compute_type": "BUILD_GENERAL1_SMALL",
                    "image": "aws/codebuild/amazonlinux-x86_64-standard:5.0",
                    "type": "LINUX_CONTAINER",
                    "privileged_mode": True,
                    "environment_variable": [
                        {
                            "name": "REPOSITORY_URI",
                            "value": f"${{aws_ecr_repository.{name}.repository_url}}",
                        }
                    ],
                },
                "depends_on": [f"aws_iam_role_policy.{name}_build"],
            },
        )
        role = self.role(f"{name}_pipeline", "codepipeline.amazonaws.com", "*", "*")
        configuration = {
            "ProjectName": f"${{aws_codebuild_project.{name}.name}}",
            "PrimarySource": "SourceArtifact",
        }
        actions = [
            source(
                "CodeCommit",
                "Source",
                {"RepositoryName": name, "BranchName": "main", "PollForSourceChanges": "false"},
            )
        ]
        if "BaseImage" in sources:
            base = {"RepositoryName": "${aws_ecr_repository.base.name}", "ImageTag": "latest"}
            actions.append(source("ECR", "BaseImage", base))
            image = "${aws_ecr_repository.base.repository_url}@#{BaseImage.ImageDigest}"
            variables = [{"name": "BASE_IMAGE", "value": image, "type": "PLAINTEXT"}]
            configuration["EnvironmentVariables"] = json.dumps(variables)
        build = {
            "name": "Build",
            "category": "Build",
            "owner": "AWS",
            "provider": "CodeBuild",
            "version": "1",
            "configuration": configuration,
            "input_artifacts": sources,
            "output_artifacts": ["BuildArtifact"],
        }
        self.add(
            "aws_codepipeline",
            name,
            {
                "name": f"shop-{name}",
                "pipeline_type": "V2",
                "role_arn": role,
                "artifact_store": [{"location": "artifacts", "type": "S3"}],
                "stage": [
                    {"name": "Source", "action": actions},
                    {"name": "Build", "action": [build]},
                ],
                "depends_on": [f"aws_iam_role_policy.{name}_pipeline"],
            },
        )

    def _deploy(self) -> None:
        deploy = {
            "name": "Deploy",
            "category": "Deploy",
            "owner": "AWS",
            "provider": "ECS",
            "version": "1",
            "input_artifacts": ["BuildArtifact"],
            "configuration": {"ClusterName": "prod", "ServiceName": "web"},
        }
        self.pipeline("web")["stage"].append({"name": "Deploy", "action": [deploy]})
        containers = json.dumps([{"name": "app", "image": "shop/web"}])
        task = {"family": "web", "container_definitions": containers}
        self.add("aws_ecs_task_definition", "web", task)
        service = {"name": "web", "cluster": "prod"}
        service["task_definition"] = "${aws_ecs_task_definition.web.arn}"
        self.add("aws_ecs_service", "web", service)

    def _rule(
        self, name: str, pipeline: str, pattern: Block, revision: tuple[str, str, str]
    ) -> None:
        self.add("aws_cloudwatch_event_rule", name, {"name": name, "event_pattern": ""})
        self.set_pattern(pattern, name)
        arn = f"${{aws_codepipeline.{pipeline}.arn}}"
        action, kind, field = revision
        override = {"actionName": action, "revisionType": kind, "revisionValue": "<revision>"}
        self.add(
            "aws_cloudwatch_event_target",
            name,
            {
                "rule": f"${{aws_cloudwatch_event_rule.{name}.name}}",
                "arn": arn,
                "role_arn": self.role(
                    name, "events.amazonaws.com", "codepipeline:StartPipelineExecution", arn
                ),
                "input_transformer": {
                    "input_paths": {"revision": f"$.detail.{field}"},
                    "input_template": json.dumps({"sourceRevisions": [override]}),
                },
                "depends_on": [f"aws_iam_role_policy.{name}"],
            },
        )


def source(provider: str, name: str, configuration: Block) -> Block:
    """A source action, whose name is its namespace too."""
    return {
        "name": name,
        "category": "Source",
        "owner": "AWS",
        "provider": provider,
        "version": "1",
        "namespace": name,
        "configuration": configuration,
        "output_artifacts": ["SourceArtifact" if name == "Source" else name],
    }
