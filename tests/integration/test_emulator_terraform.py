"""Everything a stack of ours is made of, through the real Terraform, in the emulator."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from tandem.emulator import OVERRIDE_FILE, Emulator, override, seed
from tandem.terraform import Terraform

pytestmark = pytest.mark.integration

ACCOUNT = "111122223333"
REGION = "eu-west-1"
ARN = f"arn:aws:{{}}:{REGION}:{ACCOUNT}:{{}}"


def trust(*services: str) -> str:
    return policy("sts:AssumeRole", Principal={"Service": list(services)})


def policy(action: str, **rest: Any) -> str:
    statement = {"Effect": "Allow", "Action": action, **rest}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def source(name: str, provider: str, configuration: dict[str, str], **rest: Any) -> dict[str, Any]:
    return {
        "name": name,
        "category": "Source",
        "owner": "AWS",
        "provider": provider,
        "version": "1",
        "configuration": configuration,
        "output_artifacts": [name],
        **rest,
    }


def build(*inputs: str, **rest: Any) -> dict[str, Any]:
    return {
        "name": "Build",
        "category": "Build",
        "owner": "AWS",
        "provider": "CodeBuild",
        "version": "1",
        "input_artifacts": list(inputs),
        "output_artifacts": ["image"],
        "configuration": {
            "ProjectName": "${aws_codebuild_project.arm.name}",
            "PrimarySource": inputs[0],
            "EnvironmentVariables": '[{"name":"BASE","value":"#{Base.ImageURI}"}]',
        },
        **rest,
    }


def pipeline(name: str, *stages: dict[str, Any], **rest: Any) -> dict[str, Any]:
    store = {"location": "${aws_s3_bucket.artifacts.bucket}", "type": "S3"}
    return {
        "name": name,
        "role_arn": "${aws_iam_role.pipeline.arn}",
        "pipeline_type": "V2",
        "artifact_store": store,
        "stage": list(stages),
        "depends_on": ["aws_iam_role_policy.pipeline"],
        **rest,
    }


KEY = {"id": "${data.aws_kms_alias.s3.target_key_arn}", "type": "KMS"}
CODECOMMIT = source(
    "Source",
    "CodeCommit",
    {
        "RepositoryName": "${aws_codecommit_repository.base.repository_name}",
        "BranchName": "main",
        "PollForSourceChanges": "false",
        "OutputArtifactFormat": "CODE_ZIP",
    },
    namespace="Source",
)
CONNECTION = source(
    "Source",
    "CodeStarSourceConnection",
    {
        "ConnectionArn": ARN.format("codeconnections", "connection/1"),
        "FullRepositoryId": "acme/web",
        "BranchName": "main",
        "DetectChanges": "false",
    },
    namespace="Source",
)
BASE = source(
    "Base",
    "ECR",
    {"RepositoryName": "${aws_ecr_repository.base.name}", "ImageTag": "latest"},
    namespace="Base",
)
S3 = source(
    "Source",
    "S3",
    {"S3Bucket": "sources", "S3ObjectKey": "source.zip", "PollForSourceChanges": "false"},
)
APPROVAL = {
    "name": "Approve",
    "category": "Approval",
    "owner": "AWS",
    "provider": "Manual",
    "version": "1",
    "configuration": {"CustomData": "Deploy #{Source.CommitId}?"},
}
DEPLOY = {
    "name": "Deploy",
    "category": "Deploy",
    "owner": "AWS",
    "provider": "ECS",
    "version": "1",
    "input_artifacts": ["image"],
    "configuration": {
        "ClusterName": "prod",
        "ServiceName": "${data.aws_ecs_service.web.service_name}",
        "FileName": "imagedefinitions.json",
    },
}
TRIGGER = {
    "provider_type": "CodeStarSourceConnection",
    "git_configuration": {
        "source_action_name": "Source",
        "push": [
            {
                "branches": {"includes": ["main"], "excludes": ["wip/*"]},
                "file_paths": {"includes": ["web/**"], "excludes": ["**.md"]},
            },
            {"tags": {"includes": ["v*"], "excludes": ["v0*"]}},
        ],
        "pull_request": [{"events": ["OPEN", "UPDATED"], "branches": {"includes": ["main"]}}],
    },
}

STACK: dict[str, Any] = {
    "terraform": {
        "required_providers": {"aws": {"source": "hashicorp/aws", "version": "5.100.0"}},
        "backend": {"s3": {"bucket": "real-state", "key": "shop", "region": REGION}},
    },
    "provider": {
        "aws": [
            {
                "region": REGION,
                "allowed_account_ids": [ACCOUNT],
                "default_tags": {"tags": {"project": "shop"}},
            },
            {"region": "us-east-1", "alias": "global", "allowed_account_ids": [ACCOUNT]},
        ]
    },
    "data": {
        "aws_caller_identity": {"current": {}},
        "aws_partition": {"current": {}},
        "aws_region": {"current": {}},
        "aws_kms_alias": {"s3": {"name": "alias/aws/s3"}},
        "aws_ecr_repository": {"upstream": {"name": "acme/upstream"}},
        "aws_ecs_service": {
            "web": {
                "cluster_arn": "arn:${data.aws_partition.current.partition}:ecs:"
                "${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}"
                ":cluster/prod",
                "service_name": "web",
            }
        },
        "aws_ecs_task_definition": {
            "web": {"task_definition": "${data.aws_ecs_service.web.task_definition}"}
        },
    },
    "resource": {
        "aws_ecr_repository": {
            "base": {
                "name": "shop/base",
                "image_tag_mutability": "MUTABLE",
                "encryption_configuration": {
                    "encryption_type": "KMS",
                    "kms_key": "${aws_kms_key.images.arn}",
                },
                "image_scanning_configuration": {"scan_on_push": True},
                "tags": {"image": "base"},
                "lifecycle": {"prevent_destroy": True},
            }
        },
        "aws_ecr_lifecycle_policy": {
            "base": {
                "repository": "${aws_ecr_repository.base.name}",
                "policy": json.dumps(
                    {
                        "rules": [
                            {
                                "rulePriority": 1,
                                "selection": {
                                    "tagStatus": "untagged",
                                    "countType": "sinceImagePushed",
                                    "countUnit": "days",
                                    "countNumber": 7,
                                },
                                "action": {"type": "expire"},
                            }
                        ]
                    }
                ),
            }
        },
        "aws_ecr_repository_policy": {
            "base": {
                "repository": "${aws_ecr_repository.base.name}",
                "policy": policy(
                    "ecr:BatchGetImage", Principal={"Service": "codebuild.amazonaws.com"}
                ),
            }
        },
        "aws_kms_key": {"images": {"description": "Images", "enable_key_rotation": True}},
        "aws_s3_bucket": {
            "artifacts": {"bucket": "shop-artifacts", "lifecycle": [{"prevent_destroy": True}]},
            "other": {"bucket": "shop-other"},
        },
        "aws_s3_bucket_versioning": {
            "artifacts": {
                "bucket": "${aws_s3_bucket.artifacts.id}",
                "versioning_configuration": {"status": "Enabled"},
            }
        },
        "aws_s3_bucket_server_side_encryption_configuration": {
            "artifacts": {
                "bucket": "${aws_s3_bucket.artifacts.id}",
                "rule": {
                    "bucket_key_enabled": True,
                    "apply_server_side_encryption_by_default": {
                        "sse_algorithm": "aws:kms",
                        "kms_master_key_id": "${data.aws_kms_alias.s3.target_key_arn}",
                    },
                },
            },
            "other": {
                "bucket": "${aws_s3_bucket.other.id}",
                "rule": {"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}},
            },
        },
        "aws_s3_bucket_public_access_block": {
            "artifacts": {
                "bucket": "${aws_s3_bucket.artifacts.id}",
                "block_public_acls": True,
                "block_public_policy": True,
                "ignore_public_acls": True,
                "restrict_public_buckets": True,
            }
        },
        "aws_s3_bucket_policy": {
            "artifacts": {
                "bucket": "${aws_s3_bucket.artifacts.id}",
                "policy": policy(
                    "s3:GetObject",
                    Principal={"AWS": "*"},
                    Resource="${aws_s3_bucket.artifacts.arn}/*",
                    Condition={"Bool": {"aws:SecureTransport": "true"}},
                ),
            }
        },
        "aws_s3_bucket_lifecycle_configuration": {
            "artifacts": {
                "bucket": "${aws_s3_bucket.artifacts.id}",
                "rule": [
                    {
                        "id": "expire",
                        "status": "Enabled",
                        "filter": {},
                        "expiration": {"days": 30},
                        "noncurrent_version_expiration": {"noncurrent_days": 1},
                        "abort_incomplete_multipart_upload": {"days_after_initiation": 1},
                    }
                ],
            }
        },
        "aws_iam_role": {
            "pipeline": {
                "name": "shop-pipeline",
                "path": "/tandem/",
                "permissions_boundary": f"arn:aws:iam::{ACCOUNT}:policy/boundary",
                "assume_role_policy": trust("codepipeline.amazonaws.com", "events.amazonaws.com"),
            },
            "build": {
                "name": "shop-build",
                "assume_role_policy": trust("codebuild.amazonaws.com"),
            },
        },
        "aws_iam_role_policy": {
            "pipeline": {
                "name": "pipeline",
                "role": "${aws_iam_role.pipeline.id}",
                "policy": policy("s3:GetObject", Resource="${aws_s3_bucket.artifacts.arn}/*"),
            }
        },
        "aws_cloudwatch_log_group": {
            "build": {"name": "/aws/codebuild/shop", "retention_in_days": 30}
        },
        "aws_codecommit_repository": {
            "base": {
                "repository_name": "base-image",
                "description": "Base",
                "default_branch": "main",
                "tags": {"image": "base"},
            }
        },
        "aws_codebuild_project": {
            "arm": {
                "name": "shop-arm",
                "description": "Builds",
                "service_role": "${aws_iam_role.build.arn}",
                "build_timeout": 30,
                "queued_timeout": 60,
                "concurrent_build_limit": 2,
                "encryption_key": "${data.aws_kms_alias.s3.target_key_arn}",
                "badge_enabled": False,
                "source": {"type": "CODEPIPELINE", "buildspec": "version: 0.2"},
                "artifacts": {"type": "CODEPIPELINE"},
                "cache": {
                    "type": "LOCAL",
                    "modes": ["LOCAL_DOCKER_LAYER_CACHE", "LOCAL_SOURCE_CACHE"],
                },
                "environment": {
                    "type": "ARM_CONTAINER",
                    "compute_type": "BUILD_GENERAL1_SMALL",
                    "image": "acme.example.com/build:1",
                    "image_pull_credentials_type": "SERVICE_ROLE",
                    "privileged_mode": True,
                    "registry_credential": {
                        "credential": ARN.format("secretsmanager", "secret:registry"),
                        "credential_provider": "SECRETS_MANAGER",
                    },
                    "environment_variable": [
                        {"name": "PLAIN", "value": "x", "type": "PLAINTEXT"},
                        {"name": "STORED", "value": "/shop/x", "type": "PARAMETER_STORE"},
                        {"name": "SECRET", "value": "shop:x", "type": "SECRETS_MANAGER"},
                    ],
                },
                "vpc_config": {
                    "vpc_id": "vpc-1",
                    "subnets": ["subnet-1", "subnet-2"],
                    "security_group_ids": ["sg-1"],
                },
                "logs_config": {
                    "cloudwatch_logs": {
                        "status": "ENABLED",
                        "group_name": "${aws_cloudwatch_log_group.build.name}",
                        "stream_name": "arm",
                    }
                },
                "depends_on": ["aws_iam_role_policy.pipeline"],
            },
            "plain": {
                "name": "shop-plain",
                "service_role": "${aws_iam_role.build.arn}",
                "badge_enabled": True,
                "source": {"type": "CODECOMMIT", "location": "https://example.com/base"},
                "artifacts": {"type": "NO_ARTIFACTS"},
                "environment": {
                    "type": "LINUX_CONTAINER",
                    "compute_type": "BUILD_GENERAL1_XLARGE",
                    "image": "aws/codebuild/standard:7.0",
                },
            },
            "nothing": {
                "name": "shop-nothing",
                "service_role": "${aws_iam_role.build.arn}",
                "source": {"type": "NO_SOURCE", "buildspec": "version: 0.2"},
                "artifacts": {"type": "NO_ARTIFACTS"},
                "environment": {
                    "type": "LINUX_CONTAINER",
                    "compute_type": "BUILD_GENERAL1_SMALL",
                    "image": "aws/codebuild/standard:7.0",
                },
            },
        },
        "aws_codepipeline": {
            "base": pipeline(
                "shop-base",
                {"name": "Source", "action": [CODECOMMIT]},
                {"name": "Build", "action": [build("Source")]},
                execution_mode="SUPERSEDED",
            ),
            "web": pipeline(
                "shop-web",
                {"name": "Source", "action": [CONNECTION, BASE]},
                {
                    "name": "Build",
                    "action": [build("Source", "Base", namespace="Build", run_order=1)],
                    "on_failure": {
                        "result": "RETRY",
                        "retry_configuration": {"retry_mode": "FAILED_ACTIONS"},
                    },
                },
                {"name": "Approve", "action": [APPROVAL]},
                {"name": "Deploy", "action": [DEPLOY]},
                execution_mode="QUEUED",
                trigger=[TRIGGER],
                artifact_store={
                    "location": "${aws_s3_bucket.artifacts.bucket}",
                    "type": "S3",
                    "encryption_key": KEY,
                },
                variable=[{"name": "DIGEST", "default_value": "none", "description": "Base"}],
            ),
            "s3": pipeline(
                "shop-s3",
                {"name": "Source", "action": [S3]},
                {"name": "Build", "action": [build("Source")]},
                execution_mode="PARALLEL",
            ),
        },
        "aws_sqs_queue": {"dead": {"name": "shop-dead", "sqs_managed_sse_enabled": True}},
        "aws_sqs_queue_policy": {
            "dead": {
                "queue_url": "${aws_sqs_queue.dead.id}",
                "policy": policy(
                    "sqs:SendMessage",
                    Principal={"Service": "events.amazonaws.com"},
                    Resource="${aws_sqs_queue.dead.arn}",
                ),
            }
        },
        "aws_cloudwatch_event_rule": {
            "push": {
                "name": "shop-base-pushed",
                "description": "The base image was pushed",
                "event_pattern": json.dumps(
                    {
                        "source": ["aws.ecr"],
                        "detail-type": ["ECR Image Action"],
                        "detail": {"action-type": ["PUSH"], "image-tag": ["latest"]},
                    }
                ),
            },
            "weekly": {"name": "shop-weekly", "schedule_expression": "rate(7 days)"},
        },
        "aws_cloudwatch_event_target": {
            "push": {
                "rule": "${aws_cloudwatch_event_rule.push.name}",
                "target_id": "web",
                "arn": "${aws_codepipeline.web.arn}",
                "role_arn": "${aws_iam_role.pipeline.arn}",
                "input_transformer": {
                    "input_paths": {"digest": "$.detail.image-digest"},
                    "input_template": '{"sourceRevisions":[{"actionName":"Base",'
                    '"revisionType":"IMAGE_DIGEST","revisionValue":<digest>}]}',
                },
                "dead_letter_config": {"arn": "${aws_sqs_queue.dead.arn}"},
                "retry_policy": {
                    "maximum_event_age_in_seconds": 3600,
                    "maximum_retry_attempts": 4,
                },
            },
            "weekly": {
                "rule": "${aws_cloudwatch_event_rule.weekly.name}",
                "target_id": "base",
                "arn": "${aws_codepipeline.base.arn}",
                "role_arn": "${aws_iam_role.pipeline.arn}",
            },
        },
    },
    "output": {
        "account": {"value": "${data.aws_caller_identity.current.account_id}"},
        "upstream": {"value": "${data.aws_ecr_repository.upstream.repository_url}"},
        "task_role": {"value": "${data.aws_ecs_task_definition.web.task_role_arn}"},
        "execution_role": {"value": "${data.aws_ecs_task_definition.web.execution_role_arn}"},
    },
}


def write(folder: Path, stack: dict[str, Any]) -> None:
    (folder / "cdk.tf.json").write_text(json.dumps(stack))
    (folder / OVERRIDE_FILE).write_text(json.dumps(override(stack)))


def changed() -> dict[str, Any]:
    """Return the stack with a change in each kind of resource whose update is mended."""
    stack = copy.deepcopy(STACK)
    resources = stack["resource"]
    resources["aws_codebuild_project"]["arm"].update(
        description="Builds more", concurrent_build_limit=3, build_timeout=40
    )
    del resources["aws_codebuild_project"]["arm"]["vpc_config"]
    resources["aws_codebuild_project"]["plain"]["badge_enabled"] = False
    resources["aws_codecommit_repository"]["base"].update(
        description="The base", tags={"owner": "us"}
    )
    resources["aws_codepipeline"]["base"]["execution_mode"] = "QUEUED"
    resources["aws_codepipeline"]["base"]["tags"] = {"owner": "us"}
    return stack


def apply(terraform: Terraform, plan: Path) -> None:
    """Apply what there is to change, and see that nothing is left."""
    assert terraform.plan(out=plan)
    terraform.apply(plan)
    terraform.plan(out=plan)
    changes = terraform.show_json(plan)["resource_changes"]
    assert [change for change in changes if change["change"]["actions"] != ["no-op"]] == []


def test_applies_then_plans_nothing_then_destroys(tmp_path: Path) -> None:
    plan = tmp_path / "tfplan"
    with Emulator(account_id=ACCOUNT) as emulator:
        seed(emulator, STACK)
        terraform = Terraform(tmp_path, environment=emulator.environment(region=REGION))
        write(tmp_path, STACK)
        terraform.init()
        apply(terraform, plan)
        assert terraform.output() == {
            "account": ACCOUNT,
            "upstream": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/acme/upstream",
            "task_role": f"arn:aws:iam::{ACCOUNT}:role/web-task",
            "execution_role": f"arn:aws:iam::{ACCOUNT}:role/web-execution",
        }

        write(tmp_path, changed())
        apply(terraform, plan)

        terraform.destroy()
        assert "values" not in terraform.show_json()
        assert emulator.client("codepipeline", region=REGION).list_pipelines()["pipelines"] == []


def test_keeps_state_local_and_settings_harmless(tmp_path: Path) -> None:
    stack = {
        "terraform": {
            "required_providers": STACK["terraform"]["required_providers"],
            "cloud": {"organization": "acme", "workspaces": {"name": "prod"}},
        },
        "provider": {
            "aws": {
                "region": REGION,
                "profile": "prod",
                "allowed_account_ids": ["999999999999"],
                "shared_config_files": [str(tmp_path / "missing")],
                "https_proxy": "http://127.0.0.1:1",
                "http_proxy": "http://127.0.0.1:1",
                "use_fips_endpoint": True,
                "endpoints": [{"ecr": "https://ecr.example.invalid"}],
                "assume_role": [{"role_arn": "arn:aws:iam::999999999999:role/deploy"}],
            }
        },
        "resource": {
            "aws_ecr_repository": {"web": {"name": "web", "lifecycle": {"prevent_destroy": True}}}
        },
    }
    write(tmp_path, stack)
    with Emulator() as emulator:
        terraform = Terraform(tmp_path, environment=emulator.environment())
        terraform.init()
        terraform.plan(out=tmp_path / "tfplan")
        terraform.apply(tmp_path / "tfplan")
        assert (tmp_path / "tandem_emulator.tfstate").exists()
        terraform.destroy()
