terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  region = "us-east-1"
}

variable "images" {
  type    = set(string)
  default = ["api", "cron"]
}

variable "stage" {
  default = "production"
}

resource "aws_ecr_repository" "image" {
  for_each = var.images

  name = "team/${each.key}"
}

resource "aws_s3_bucket" "reports" {
  bucket = "team-reports"
  tags   = { team = "platform", stage = var.stage }
}

data "aws_iam_policy_document" "build" {
  statement {
    actions   = ["ecr:BatchGetImage", "ecr:PutImage"]
    resources = [for repository in aws_ecr_repository.image : repository.arn]
  }

  statement {
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.reports.arn}/*"]
  }
}

resource "aws_iam_role" "build" {
  name = "team-build"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "codebuild.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "build" {
  name   = "build"
  role   = aws_iam_role.build.id
  policy = data.aws_iam_policy_document.build.json
}

resource "aws_codebuild_project" "api" {
  name         = "team-api"
  service_role = aws_iam_role.build.arn

  source {
    type      = "GITHUB"
    location  = "https://github.com/example/api.git"
    buildspec = <<-EOT
      version: 0.2
      phases:
        build:
          commands:
            - docker build --tag "$URI:latest" .
            - docker push "$URI:latest"
    EOT
  }

  artifacts {
    type = "NO_ARTIFACTS"
  }

  environment {
    compute_type    = "BUILD_GENERAL1_SMALL"
    image           = "aws/codebuild/standard:7.0"
    type            = "LINUX_CONTAINER"
    privileged_mode = true

    environment_variable {
      name  = "URI"
      value = aws_ecr_repository.image["api"].repository_url
    }

    environment_variable {
      name  = "STAGE"
      value = var.stage
    }
  }
}

resource "aws_cloudwatch_log_group" "api" {
  name              = "/team/api"
  retention_in_days = 30

  lifecycle {
    create_before_destroy = true
  }
}

module "alerts" {
  source = "./alerts"

  name = "team"
}

resource "terraform_data" "release" {
  input = { stage = var.stage, topic = module.alerts.topic }
}

output "stage" {
  value = var.stage
}

output "repositories" {
  value = { for name, repository in aws_ecr_repository.image : name => repository.repository_url }
}
