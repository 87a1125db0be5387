variable "name" { type = string }
variable "buildspec" { type = string }
variable "privileged" { type = bool }
variable "image" { type = string }

data "aws_caller_identity" "here" {}
data "aws_region" "here" {}

locals {
  enabled = true
  region  = data.aws_region.here.name
  account = data.aws_caller_identity.here.account_id
}

module "label" {
  source     = "../label"
  name       = var.name
  attributes = ["build"]
}

resource "aws_s3_bucket" "cache" {
  count         = local.enabled ? 1 : 0
  bucket_prefix = "parcels-build-cache-"
}

data "aws_iam_policy_document" "trust" {
  statement {
    sid     = ""
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["codebuild.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceArn"
      values   = ["arn:aws:codebuild:${local.region}:${local.account}:project/${module.label.id}"]
    }
  }
}

resource "aws_iam_role" "this" {
  count                 = local.enabled ? 1 : 0
  name                  = module.label.id
  assume_role_policy    = data.aws_iam_policy_document.trust.json
  force_detach_policies = true
}

data "aws_iam_policy_document" "build" {
  count = local.enabled ? 1 : 0

  dynamic "statement" {
    for_each = [1]
    content {
      sid = ""
      actions = [
        "codecommit:GitPull",
        "ecr:BatchCheckLayerAvailability",
        "ecr:CompleteLayerUpload",
        "ecr:GetAuthorizationToken",
        "ecr:InitiateLayerUpload",
        "ecr:PutImage",
        "ecr:UploadLayerPart",
        "ecs:RunTask",
        "iam:PassRole",
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "secretsmanager:GetSecretValue",
        "ssm:GetParameters",
      ]
      resources = ["*"]
    }
  }
}

data "aws_iam_policy_document" "all" {
  override_policy_documents = compact([join("", data.aws_iam_policy_document.build[*].json)])
}

data "aws_iam_policy_document" "cache" {
  count = local.enabled ? 1 : 0
  statement {
    sid     = ""
    actions = ["s3:*"]
    resources = [
      join("", aws_s3_bucket.cache[*].arn),
      "${join("", aws_s3_bucket.cache[*].arn)}/*",
    ]
  }
}

resource "aws_iam_policy" "this" {
  count  = local.enabled ? 1 : 0
  name   = module.label.id
  policy = data.aws_iam_policy_document.all.json
}

resource "aws_iam_policy" "cache" {
  count  = local.enabled ? 1 : 0
  name   = "${module.label.id}-cache"
  policy = join("", data.aws_iam_policy_document.cache[*].json)
}

resource "aws_iam_role_policy_attachment" "this" {
  count      = local.enabled ? 1 : 0
  policy_arn = join("", aws_iam_policy.this[*].arn)
  role       = join("", aws_iam_role.this[*].id)
}

resource "aws_iam_role_policy_attachment" "cache" {
  count      = local.enabled ? 1 : 0
  policy_arn = join("", aws_iam_policy.cache[*].arn)
  role       = join("", aws_iam_role.this[*].id)
}

resource "aws_codebuild_project" "this" {
  count        = local.enabled ? 1 : 0
  name         = module.label.id
  service_role = join("", aws_iam_role.this[*].arn)

  artifacts {
    type = "CODEPIPELINE"
  }

  cache {
    type     = "S3"
    location = join("", aws_s3_bucket.cache[*].bucket)
  }

  environment {
    compute_type    = "BUILD_GENERAL1_SMALL"
    image           = "aws/codebuild/amazonlinux2-x86_64-standard:5.0"
    type            = "LINUX_CONTAINER"
    privileged_mode = var.privileged

    environment_variable {
      name  = "AWS_REGION"
      value = local.region
    }
    environment_variable {
      name  = "AWS_ACCOUNT_ID"
      value = local.account
    }
    dynamic "environment_variable" {
      for_each = var.image != "" ? { IMAGE_REPO_NAME = var.image, IMAGE_TAG = "latest" } : {}
      content {
        name  = environment_variable.key
        value = environment_variable.value
      }
    }
  }

  source {
    type      = "CODEPIPELINE"
    buildspec = var.buildspec
  }
}

output "project_name" {
  value = join("", aws_codebuild_project.this[*].name)
}
output "project_id" {
  value = join("", aws_codebuild_project.this[*].id)
}
output "role_id" {
  value = join("", aws_iam_role.this[*].id)
}
