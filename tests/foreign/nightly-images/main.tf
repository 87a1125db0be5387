terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  region = "eu-west-2"
}

variable "log_router_enabled" {
  type    = bool
  default = true
}

variable "agent_enabled" {
  type    = bool
  default = false
}

variable "hub_username" {
  type    = string
  default = "example"
}

variable "hub_token" {
  type      = string
  default   = "example"
  sensitive = true
}

data "aws_caller_identity" "here" {}

locals {
  prefix = "hosting-test"
}

resource "aws_ecr_repository" "log_router" {
  count = var.log_router_enabled ? 1 : 0
  name  = "${local.prefix}-log-router"
}

resource "aws_iam_role" "log_router" {
  count = var.log_router_enabled ? 1 : 0
  name  = "${local.prefix}-log-router"
  assume_role_policy = templatefile("${path.root}/policies/trust.json.tpl", {
    services = jsonencode(["codebuild.amazonaws.com", "events.amazonaws.com"])
  })
}

resource "aws_iam_policy" "log_router_logs" {
  count  = var.log_router_enabled ? 1 : 0
  name   = "${local.prefix}-log-router-logs"
  policy = templatefile("${path.root}/policies/logs.json.tpl", {})
}

resource "aws_iam_policy" "log_router_builds" {
  count  = var.log_router_enabled ? 1 : 0
  name   = "${local.prefix}-log-router-builds"
  policy = templatefile("${path.root}/policies/builds.json.tpl", {})
}

resource "aws_iam_policy" "log_router_push" {
  count  = var.log_router_enabled ? 1 : 0
  name   = "${local.prefix}-log-router-push"
  policy = templatefile("${path.root}/policies/push.json.tpl", { repository_arn = aws_ecr_repository.log_router[0].arn })
}

resource "aws_iam_role_policy_attachment" "log_router_logs" {
  count      = var.log_router_enabled ? 1 : 0
  role       = aws_iam_role.log_router[0].name
  policy_arn = aws_iam_policy.log_router_logs[0].arn
}

resource "aws_iam_role_policy_attachment" "log_router_builds" {
  count      = var.log_router_enabled ? 1 : 0
  role       = aws_iam_role.log_router[0].name
  policy_arn = aws_iam_policy.log_router_builds[0].arn
}

resource "aws_iam_role_policy_attachment" "log_router_push" {
  count      = var.log_router_enabled ? 1 : 0
  role       = aws_iam_role.log_router[0].name
  policy_arn = aws_iam_policy.log_router_push[0].arn
}

resource "aws_codebuild_project" "log_router" {
  count         = var.log_router_enabled ? 1 : 0
  name          = "${local.prefix}-log-router"
  build_timeout = 20
  service_role  = aws_iam_role.log_router[0].arn

  artifacts {
    type = "NO_ARTIFACTS"
  }

  environment {
    compute_type    = "BUILD_GENERAL1_SMALL"
    image           = "aws/codebuild/standard:7.0"
    type            = "LINUX_CONTAINER"
    privileged_mode = true
    environment_variable {
      name  = "AWS_ACCOUNT_ID"
      value = data.aws_caller_identity.here.account_id
    }
    environment_variable {
      name  = "REPOSITORY_URI"
      value = aws_ecr_repository.log_router[0].repository_url
    }
    environment_variable {
      name  = "HUB_USERNAME"
      value = var.hub_username
    }
    environment_variable {
      name  = "HUB_TOKEN"
      value = var.hub_token
    }
  }

  source {
    type      = "NO_SOURCE"
    buildspec = templatefile("${path.root}/buildspecs/log-router.yml", {})
  }

  depends_on = [
    aws_iam_role_policy_attachment.log_router_logs,
    aws_iam_role_policy_attachment.log_router_builds,
    aws_iam_role_policy_attachment.log_router_push,
  ]
}

resource "terraform_data" "log_router" {
  count            = var.log_router_enabled ? 1 : 0
  triggers_replace = [md5(templatefile("${path.root}/buildspecs/log-router.yml", {}))]
}

resource "aws_cloudwatch_event_rule" "log_router" {
  count               = var.log_router_enabled ? 1 : 0
  name                = "${local.prefix}-log-router"
  schedule_expression = "rate(24 hours)"
}

resource "aws_cloudwatch_event_target" "log_router" {
  count     = var.log_router_enabled ? 1 : 0
  target_id = "${local.prefix}-log-router"
  rule      = aws_cloudwatch_event_rule.log_router[0].name
  arn       = aws_codebuild_project.log_router[0].id
  role_arn  = aws_iam_role.log_router[0].arn
}

# The same for another image, switched off.

resource "aws_ecr_repository" "agent" {
  count = var.agent_enabled ? 1 : 0
  name  = "${local.prefix}-agent"
}

resource "aws_codebuild_project" "agent" {
  count        = var.agent_enabled ? 1 : 0
  name         = "${local.prefix}-agent"
  service_role = aws_iam_role.log_router[0].arn
  artifacts {
    type = "NO_ARTIFACTS"
  }
  environment {
    compute_type    = "BUILD_GENERAL1_SMALL"
    image           = "aws/codebuild/standard:7.0"
    type            = "LINUX_CONTAINER"
    privileged_mode = true
  }
  source {
    type      = "NO_SOURCE"
    buildspec = templatefile("${path.root}/buildspecs/log-router.yml", {})
  }
}
