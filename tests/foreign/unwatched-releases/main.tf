terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  region = "eu-west-2"
}

provider "aws" {
  alias  = "ireland"
  region = "eu-west-1"
}

variable "apps" {
  type    = list(string)
  default = ["enrol", "portal"]
}

data "aws_caller_identity" "here" {}

locals {
  account    = data.aws_caller_identity.here.account_id
  staging    = "210987654321"
  production = "321098765432"
}

# What every pipeline shares: buckets and keys of two regions.

resource "aws_s3_bucket" "artifacts" {
  bucket_prefix = "wlan-releases-"
}

resource "aws_s3_bucket" "artifacts_ireland" {
  provider      = aws.ireland
  bucket_prefix = "wlan-ireland-"
}

resource "aws_kms_key" "artifacts" {
  description = "Artifacts"
  policy      = <<JSON
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": {"AWS": "arn:aws:iam::${local.account}:root"},
      "Action": "kms:*",
      "Resource": "*"
    },
    {
      "Effect": "Allow",
      "Principal": {
        "AWS": [
          "arn:aws:iam::${local.account}:role/${aws_iam_role.convert.name}",
          "arn:aws:iam::${local.account}:role/${aws_iam_role.images.name}"
        ]
      },
      "Action": "kms:*",
      "Resource": "*"
    },
    {
      "Effect": "Allow",
      "Principal": {"AWS": ["arn:aws:iam::${local.staging}:root", "arn:aws:iam::${local.production}:root"]},
      "Action": ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
      "Resource": "*"
    }
  ]
}
JSON
}

resource "aws_kms_key" "artifacts_ireland" {
  provider    = aws.ireland
  description = "Artifacts"
}

# A build per application, started by its webhook. Its buildspec pushes :latest; it lies in the source.

resource "aws_ecr_repository" "app" {
  for_each = toset(var.apps)
  name     = "wlan/${each.key}/staging"
}

data "aws_iam_policy_document" "other_accounts" {
  statement {
    sid = "PullAndPush"
    actions = [
      "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload",
      "ecr:GetDownloadUrlForLayer", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart",
    ]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${local.staging}:root"]
    }
  }
}

resource "aws_ecr_repository_policy" "app" {
  for_each   = toset(var.apps)
  repository = aws_ecr_repository.app[each.key].name
  policy     = data.aws_iam_policy_document.other_accounts.json
}

resource "aws_codebuild_project" "image" {
  for_each       = toset(var.apps)
  name           = "${each.key}-image"
  build_timeout  = 20
  service_role   = aws_iam_role.images.arn
  source_version = "main"

  artifacts {
    type = "NO_ARTIFACTS"
  }

  cache {
    type     = "S3"
    location = aws_s3_bucket.artifacts.bucket
  }

  environment {
    compute_type                = "BUILD_GENERAL1_SMALL"
    image                       = "aws/codebuild/standard:6.0"
    type                        = "LINUX_CONTAINER"
    image_pull_credentials_type = "CODEBUILD"
    privileged_mode             = true
    environment_variable {
      name  = "STAGE"
      value = "staging"
    }
    environment_variable {
      name  = "REGISTRY_TOKEN"
      value = "/wlan/delivery/registry-token"
      type  = "PARAMETER_STORE"
    }
  }

  logs_config {
    cloudwatch_logs {
      group_name  = "wlan-images"
      stream_name = "wlan-images"
    }
    s3_logs {
      status   = "ENABLED"
      location = "${aws_s3_bucket.artifacts.id}/build-log"
    }
  }

  source {
    type            = "GITHUB"
    location        = "https://github.com/wlan-example/${each.key}.git"
    git_clone_depth = 1
    buildspec       = "buildspec.yml"
  }
}

resource "aws_codebuild_webhook" "image" {
  for_each     = toset(var.apps)
  project_name = aws_codebuild_project.image[each.key].name
  build_type   = "BUILD"
  filter_group {
    filter {
      type    = "EVENT"
      pattern = "PULL_REQUEST_MERGED"
    }
  }
}

# A pipeline per application, from its image. There is no rule that starts it.

resource "aws_codebuild_project" "convert" {
  for_each      = toset(var.apps)
  name          = "${each.key}-convert"
  build_timeout = 5
  service_role  = aws_iam_role.convert.arn

  artifacts {
    type                = "CODEPIPELINE"
    packaging           = "ZIP"
    encryption_disabled = true
  }

  environment {
    compute_type                = "BUILD_GENERAL1_SMALL"
    image                       = "aws/codebuild/standard:6.0"
    type                        = "LINUX_CONTAINER"
    image_pull_credentials_type = "CODEBUILD"
    privileged_mode             = true
    environment_variable {
      name  = "CONTAINER"
      value = each.key
    }
  }

  logs_config {
    cloudwatch_logs {
      group_name  = "wlan-convert"
      stream_name = "wlan-convert"
    }
    s3_logs {
      status   = "ENABLED"
      location = "${aws_s3_bucket.artifacts.id}/convert-log"
    }
  }

  source {
    type      = "CODEPIPELINE"
    buildspec = file("${path.module}/convert.yml")
  }
}

resource "aws_codepipeline" "release" {
  for_each = toset(var.apps)
  name     = "${each.key}-release"
  role_arn = aws_iam_role.pipelines.arn

  artifact_store {
    location = aws_s3_bucket.artifacts.bucket
    type     = "S3"
    region   = "eu-west-2"
    encryption_key {
      id   = aws_kms_key.artifacts.arn
      type = "KMS"
    }
  }

  artifact_store {
    location = aws_s3_bucket.artifacts_ireland.bucket
    type     = "S3"
    region   = "eu-west-1"
    encryption_key {
      id   = aws_kms_key.artifacts_ireland.arn
      type = "KMS"
    }
  }

  stage {
    name = "Source"
    action {
      name             = "NewImage"
      category         = "Source"
      owner            = "AWS"
      provider         = "ECR"
      version          = "1"
      output_artifacts = ["SourceArtifact"]
      configuration    = { RepositoryName = "wlan/${each.key}/staging" }
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
      input_artifacts  = ["SourceArtifact"]
      output_artifacts = ["${each.key}-image-definitions"]
      configuration    = { ProjectName = aws_codebuild_project.convert[each.key].name }
    }
  }

  stage {
    name = "Staging"
    action {
      name            = "Deploy"
      category        = "Deploy"
      owner           = "AWS"
      provider        = "ECS"
      version         = "1"
      region          = "eu-west-2"
      role_arn        = "arn:aws:iam::${local.staging}:role/wlan-deploy"
      input_artifacts = ["${each.key}-image-definitions"]
      configuration   = { ClusterName : "staging", ServiceName : "${each.key}-staging" }
    }
    action {
      name            = "DeployIreland"
      category        = "Deploy"
      owner           = "AWS"
      provider        = "ECS"
      version         = "1"
      region          = "eu-west-1"
      role_arn        = "arn:aws:iam::${local.staging}:role/wlan-deploy"
      input_artifacts = ["${each.key}-image-definitions"]
      configuration   = { ClusterName : "staging", ServiceName : "${each.key}-staging" }
    }
  }

  stage {
    name = "Smoke"
    action {
      name            = "Smoke"
      category        = "Test"
      owner           = "AWS"
      provider        = "CodeBuild"
      version         = "1"
      region          = "eu-west-2"
      role_arn        = "arn:aws:iam::${local.staging}:role/wlan-smoke"
      input_artifacts = ["${each.key}-image-definitions"]
      configuration   = { ProjectName = "smoke-tests" }
    }
  }

  stage {
    name = "Release"
    action {
      name     = "Release"
      category = "Approval"
      owner    = "AWS"
      provider = "Manual"
      version  = "1"
      region   = "eu-west-2"
    }
  }

  stage {
    name = "Production"
    action {
      name            = "Deploy"
      category        = "Deploy"
      owner           = "AWS"
      provider        = "ECS"
      version         = "1"
      region          = "eu-west-2"
      role_arn        = "arn:aws:iam::${local.production}:role/wlan-deploy"
      input_artifacts = ["${each.key}-image-definitions"]
      configuration   = { ClusterName : "production", ServiceName : each.key }
    }
  }
}

# Roles.

resource "aws_iam_role" "pipelines" {
  name               = "wlan-pipelines"
  assume_role_policy = <<JSON
{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "codepipeline.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
JSON
}

resource "aws_iam_role_policy" "pipelines" {
  name   = "wlan-pipelines"
  role   = aws_iam_role.pipelines.id
  policy = <<JSON
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": ["s3:*"],
      "Resource": [
        "${aws_s3_bucket.artifacts.arn}",
        "${aws_s3_bucket.artifacts.arn}/*",
        "${aws_s3_bucket.artifacts_ireland.arn}",
        "${aws_s3_bucket.artifacts_ireland.arn}/*"
      ]
    },
    {"Effect": "Allow", "Action": ["codebuild:BatchGetBuilds", "codebuild:StartBuild"], "Resource": "*"},
    {
      "Effect": "Allow",
      "Action": ["sts:AssumeRole"],
      "Resource": [
        "arn:aws:iam::${local.staging}:role/wlan-deploy",
        "arn:aws:iam::${local.staging}:role/wlan-smoke",
        "arn:aws:iam::${local.production}:role/wlan-deploy"
      ]
    }
  ]
}
JSON
}

resource "aws_iam_policy" "pipelines_more" {
  name   = "wlan-pipelines-more"
  policy = <<JSON
{
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "", "Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": "*"},
    {"Sid": "", "Effect": "Allow", "Action": "ecr:DescribeImages", "Resource": "*"}
  ]
}
JSON
}

resource "aws_iam_policy_attachment" "pipelines_more" {
  name       = "wlan-pipelines-more"
  roles      = [aws_iam_role.pipelines.name]
  policy_arn = aws_iam_policy.pipelines_more.arn
}

resource "aws_iam_policy_attachment" "registry" {
  name       = "wlan-registry"
  roles      = [aws_iam_role.pipelines.name, aws_iam_role.images.name]
  policy_arn = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPowerUser"
}

resource "aws_iam_role" "images" {
  name               = "wlan-images"
  assume_role_policy = <<JSON
{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "codebuild.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
JSON
}

resource "aws_iam_policy" "images" {
  name   = "wlan-images"
  policy = <<JSON
{
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "Logs", "Effect": "Allow", "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"},
    {"Sid": "Objects", "Effect": "Allow", "Action": ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"], "Resource": "*"},
    {"Sid": "Login", "Effect": "Allow", "Action": ["ecr:GetAuthorizationToken"], "Resource": "*"},
    {"Sid": "Buckets", "Effect": "Allow", "Action": ["s3:GetBucketAcl", "s3:GetBucketLocation"], "Resource": "*"},
    {"Effect": "Allow", "Action": ["s3:*"], "Resource": ["${aws_s3_bucket.artifacts.arn}", "${aws_s3_bucket.artifacts.arn}/*"]}
  ]
}
JSON
}

resource "aws_iam_policy_attachment" "images" {
  name       = "wlan-images"
  roles      = [aws_iam_role.images.name]
  policy_arn = aws_iam_policy.images.arn
}

resource "aws_iam_policy_attachment" "parameters" {
  name       = "wlan-parameters"
  roles      = [aws_iam_role.images.name]
  policy_arn = "arn:aws:iam::aws:policy/AmazonSSMReadOnlyAccess"
}

resource "aws_iam_role" "convert" {
  name               = "wlan-convert"
  assume_role_policy = <<JSON
{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "codebuild.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
JSON
}

resource "aws_iam_policy" "convert" {
  name   = "wlan-convert"
  policy = <<JSON
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
      "Resource": [
        "arn:aws:logs:eu-west-2:${local.account}:log-group:wlan-convert",
        "arn:aws:logs:eu-west-2:${local.account}:log-group:wlan-convert:*"
      ]
    },
    {"Effect": "Allow", "Action": ["s3:*"], "Resource": ["${aws_s3_bucket.artifacts.arn}", "${aws_s3_bucket.artifacts.arn}/*"]}
  ]
}
JSON
}

resource "aws_iam_policy_attachment" "convert" {
  name       = "wlan-convert"
  roles      = [aws_iam_role.convert.name]
  policy_arn = aws_iam_policy.convert.arn
}
