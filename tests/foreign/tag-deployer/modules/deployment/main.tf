variable "service" { type = string }
variable "container" { type = string }
variable "cluster" { type = string }
variable "repository" { type = string }
variable "tag" { type = string }
variable "build_role" {
  type    = string
  default = ""
}
variable "pipeline_role" {
  type    = string
  default = ""
}
variable "bucket" {
  type    = string
  default = ""
}
variable "pipeline_variables" {
  type    = list(object({ name = string }))
  default = []
}

data "aws_caller_identity" "here" {}
data "aws_region" "here" {}

data "aws_iam_role" "build" {
  count = var.build_role != "" ? 1 : 0
  name  = var.build_role
}

data "aws_iam_role" "pipeline" {
  count = var.pipeline_role != "" ? 1 : 0
  name  = var.pipeline_role
}

data "aws_s3_bucket" "given" {
  count  = var.bucket != "" ? 1 : 0
  bucket = var.bucket
}

locals {
  path       = "/delivery/"
  here       = "${data.aws_region.here.name}:${data.aws_caller_identity.here.account_id}"
  bucket_arn = var.bucket == "" ? module.bucket.arn : data.aws_s3_bucket.given[0].arn
}

module "bucket" {
  source = "../bucket"
  create = var.bucket == ""
  name   = "delivery-${var.service}-${data.aws_caller_identity.here.account_id}"
}

# The trigger.

resource "aws_cloudwatch_event_rule" "image" {
  name          = "${var.service}-image"
  event_pattern = <<JSON
{
  "source": ["aws.ecr"],
  "detail-type": ["ECR Image Action", "ECR Replication Action"],
  "detail": {
    "action-type": ["PUSH", "REPLICATE"],
    "repository-name": ["${var.repository}"],
    "image-tag": ["${var.tag}"],
    "result": ["SUCCESS"]
  }
}
JSON
}

resource "aws_cloudwatch_event_target" "pipeline" {
  rule      = aws_cloudwatch_event_rule.image.name
  target_id = "Pipeline"
  arn       = aws_codepipeline.this.arn
  role_arn  = aws_iam_role.trigger.arn
}

data "aws_iam_policy_document" "trigger_trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "trigger" {
  statement {
    actions   = ["codepipeline:StartPipelineExecution"]
    resources = [aws_codepipeline.this.arn]
  }
}

resource "aws_iam_role" "trigger" {
  name               = "${var.service}-${data.aws_region.here.name}-trigger"
  path               = local.path
  assume_role_policy = data.aws_iam_policy_document.trigger_trust.json
}

resource "aws_iam_policy" "trigger" {
  name   = "${var.service}-${data.aws_region.here.name}-trigger"
  path   = local.path
  policy = data.aws_iam_policy_document.trigger.json
}

resource "aws_iam_role_policy_attachment" "trigger" {
  role       = aws_iam_role.trigger.name
  policy_arn = aws_iam_policy.trigger.arn
}

# The pipeline.

resource "aws_codepipeline" "this" {
  name          = var.service
  pipeline_type = "V1"
  role_arn      = var.pipeline_role == "" ? aws_iam_role.pipeline[0].arn : data.aws_iam_role.pipeline[0].arn

  artifact_store {
    location = var.bucket == "" ? module.bucket.id : data.aws_s3_bucket.given[0].bucket
    type     = "S3"
  }

  stage {
    name = "Source"
    action {
      name             = "Image"
      category         = "Source"
      owner            = "AWS"
      provider         = "ECR"
      version          = "1"
      output_artifacts = ["image"]
      configuration    = { "ImageTag" : var.tag, "RepositoryName" : var.repository }
    }
  }

  stage {
    name = "Convert"
    action {
      name             = "Convert"
      category         = "Build"
      owner            = "AWS"
      provider         = "CodeBuild"
      version          = "1"
      input_artifacts  = ["image"]
      output_artifacts = ["definitions"]
      configuration    = { "ProjectName" : aws_codebuild_project.convert.name }
    }
  }

  stage {
    name = "Deploy"
    action {
      name            = "Deploy"
      category        = "Deploy"
      owner           = "AWS"
      provider        = "ECS"
      version         = "1"
      input_artifacts = ["definitions"]
      configuration = {
        "ClusterName" : var.cluster
        "ServiceName" : var.service
        "FileName" : "imagedefinitions.json"
      }
    }
  }

  dynamic "variable" {
    for_each = var.pipeline_variables
    content {
      name = variable.value.name
    }
  }
}

data "aws_iam_policy_document" "pipeline_trust" {
  count = var.pipeline_role == "" ? 1 : 0
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["codepipeline.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "pipeline" {
  count              = var.pipeline_role == "" ? 1 : 0
  name               = "pipeline-${var.service}"
  path               = local.path
  assume_role_policy = data.aws_iam_policy_document.pipeline_trust[count.index].json
}

data "aws_iam_policy_document" "pipeline" {
  count = var.pipeline_role == "" ? 1 : 0
  statement {
    actions   = ["ecr:DescribeImages"]
    resources = ["arn:aws:ecr:${local.here}:repository/${var.repository}"]
  }
  statement {
    actions   = ["s3:GetObject", "s3:ListBucket", "s3:PutObject", "s3:PutObjectAcl"]
    resources = [local.bucket_arn, "${local.bucket_arn}/*"]
  }
  statement {
    actions   = ["codebuild:BatchGetBuilds", "codebuild:StartBuild"]
    resources = [aws_codebuild_project.convert.arn]
  }
  statement {
    actions   = ["ecs:DescribeTaskDefinition", "ecs:RegisterTaskDefinition", "ecs:TagResource"]
    resources = ["*"]
  }
  statement {
    actions   = ["ecs:UpdateService"]
    resources = ["arn:aws:ecs:${local.here}:service/${var.cluster}/${var.service}"]
  }
}

resource "aws_iam_policy" "pipeline" {
  count  = var.pipeline_role == "" ? 1 : 0
  name   = "pipeline-${var.service}"
  path   = local.path
  policy = data.aws_iam_policy_document.pipeline[count.index].json
}

resource "aws_iam_role_policy_attachment" "pipeline" {
  count      = var.pipeline_role == "" ? 1 : 0
  role       = aws_iam_role.pipeline[count.index].name
  policy_arn = aws_iam_policy.pipeline[count.index].arn
}

data "aws_iam_policy" "deploy" {
  count = var.pipeline_role == "" ? 1 : 0
  arn   = "arn:aws:iam::aws:policy/AWSCodeDeployRoleForECS"
}

resource "aws_iam_role_policy_attachment" "deploy" {
  count      = var.pipeline_role == "" ? 1 : 0
  role       = aws_iam_role.pipeline[count.index].name
  policy_arn = data.aws_iam_policy.deploy[count.index].arn
}

# The build that turns one file into the other.

resource "aws_cloudwatch_log_group" "convert" {
  name              = "/aws/codebuild/${var.service}-convert"
  retention_in_days = 7
}

resource "aws_codebuild_project" "convert" {
  name         = "${var.service}-convert"
  service_role = var.build_role == "" ? aws_iam_role.build[0].arn : data.aws_iam_role.build[0].arn

  artifacts {
    type                = "CODEPIPELINE"
    artifact_identifier = "output"
    location            = "imagedefinitions.json"
  }

  logs_config {
    cloudwatch_logs {
      group_name = aws_cloudwatch_log_group.convert.name
      status     = "ENABLED"
    }
    s3_logs {
      status = "DISABLED"
    }
  }

  environment {
    compute_type = "BUILD_LAMBDA_1GB"
    image        = "aws/codebuild/amazonlinux-aarch64-lambda-standard:python3.12"
    type         = "ARM_LAMBDA_CONTAINER"
    environment_variable {
      name  = "CONTAINER"
      value = var.container
    }
  }

  source {
    type      = "CODEPIPELINE"
    buildspec = <<YAML
version: 0.2
phases:
  build:
    commands:
      - |
        python3 -c 'import json, os
        uri = json.load(open("imageDetail.json"))["ImageURI"]
        entry = {"name": os.environ["CONTAINER"], "imageUri": uri}
        json.dump([entry], open("imagedefinitions.json", "w"))'
artifacts:
  files:
    - imagedefinitions.json
YAML
  }
}

data "aws_iam_policy_document" "build_trust" {
  count = var.build_role == "" ? 1 : 0
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["codebuild.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "build" {
  count              = var.build_role == "" ? 1 : 0
  name               = "build-${var.service}"
  path               = local.path
  assume_role_policy = data.aws_iam_policy_document.build_trust[count.index].json
}

data "aws_iam_policy_document" "build" {
  count = var.build_role == "" ? 1 : 0
  statement {
    actions   = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["arn:aws:logs:${local.here}:log-group:/aws/codebuild/*"]
  }
  statement {
    actions   = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
    resources = ["${local.bucket_arn}/*"]
  }
}

resource "aws_iam_policy" "build" {
  count  = var.build_role == "" ? 1 : 0
  name   = "build-${var.service}"
  path   = local.path
  policy = data.aws_iam_policy_document.build[count.index].json
}

resource "aws_iam_role_policy_attachment" "build" {
  count      = var.build_role == "" ? 1 : 0
  role       = aws_iam_role.build[count.index].name
  policy_arn = aws_iam_policy.build[count.index].arn
}
