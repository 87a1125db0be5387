terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  region     = "us-east-1"
  access_key = "tandem"
  secret_key = "canary-of-the-provider"
}

variable "token" {
  sensitive = true
}

variable "defaulted" {
  sensitive = true
  default   = "canary-of-a-default"
}

variable "odd" {
  sensitive = true
  default   = "\"canary-in-quotes\" <canary-in-a-tag> & 'canary'\ncanary-on-a-second-line ${"$"}{canary}"
}

variable "number" {
  sensitive = true
  default   = 48151623420815
}

locals {
  literal = sensitive("canary-of-a-function")
}

module "inner" {
  source = "./inner"

  password = "canary-given-to-a-module"
}

resource "aws_ssm_parameter" "literal" {
  name  = "/secrets/literal"
  type  = "SecureString"
  value = "canary-in-an-argument"
}

resource "aws_ssm_parameter" "unseen" {
  name             = "/secrets/unseen"
  type             = "SecureString"
  value_wo         = "canary-that-is-only-written"
  value_wo_version = 1
}

# What the provider makes of a name is not marked: the ARN has it too.
resource "aws_sns_topic" "named" {
  name = var.token
}

resource "aws_secretsmanager_secret" "database" {
  name = "database"
}

resource "aws_secretsmanager_secret_version" "database" {
  secret_id     = aws_secretsmanager_secret.database.id
  secret_string = jsonencode({ user = "root", password = "canary-in-json", pin = var.number })
}

resource "aws_iam_role" "build" {
  name = "secret-build"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "codebuild.amazonaws.com" }
      Condition = { StringEquals = { "sts:ExternalId" = var.defaulted } }
    }]
  })
}

resource "aws_codebuild_project" "build" {
  name         = "secret-build"
  service_role = aws_iam_role.build.arn
  description  = local.literal

  source {
    type      = "NO_SOURCE"
    buildspec = "version: 0.2\nphases:\n  build:\n    commands:\n      - login ${var.token}\n"
  }

  artifacts {
    type = "NO_ARTIFACTS"
  }

  environment {
    compute_type = "BUILD_GENERAL1_SMALL"
    image        = "aws/codebuild/standard:7.0"
    type         = "LINUX_CONTAINER"

    environment_variable {
      name  = "TOKEN"
      value = "bearer ${var.token}"
    }
  }

  tags = { plain = "seen", secret = var.defaulted }
}

resource "terraform_data" "kept" {
  input = { token = var.token, list = ["seen", var.odd], encoded = base64encode(var.token) }
}

data "aws_ssm_parameter" "read" {
  name = "/given/parameter"
}

output "given" {
  value     = { token = var.token, read = data.aws_ssm_parameter.read.value }
  sensitive = true
}

output "inner" {
  value     = module.inner.address
  sensitive = true
}
