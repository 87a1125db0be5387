terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  region = "us-east-2"
}

variable "github_token" {
  type      = string
  sensitive = true
  default   = "example"
}

variable "webhook_secret" {
  type      = string
  sensitive = true
  default   = "example"
}

locals {
  services = {
    # Started by a webhook.
    api = { token = true, webhook = true, privileged = true, connection = "", buildspec = file("${path.module}/buildspecs/api.yml") }
    # As in the example of the module: no webhook, no polling; and the module's default: unprivileged.
    worker = { token = true, webhook = false, privileged = false, connection = "", buildspec = file("${path.module}/buildspecs/worker.yml") }
    # Through a connection; the buildspec lies in the source.
    site = {
      token      = false, webhook = false, privileged = true, buildspec = "",
      connection = "arn:aws:codestar-connections:us-east-2:123456789012:connection/5f0f4d0e-2b9e-4a0c-8b3e-7c1d2e3f4a5b"
    }
  }
}

resource "aws_ecs_cluster" "main" {
  name = "parcels-test"
}

resource "aws_ecr_repository" "service" {
  for_each = local.services
  name     = "parcels-${each.key}"
}

resource "aws_ecs_task_definition" "service" {
  for_each = local.services
  family   = "parcels-${each.key}"
  container_definitions = jsonencode([
    { name = "parcels-${each.key}", image = "${aws_ecr_repository.service[each.key].repository_url}:latest", memory = 256, essential = true },
  ])
}

resource "aws_ecs_service" "service" {
  for_each        = local.services
  name            = "parcels-${each.key}"
  cluster         = aws_ecs_cluster.main.arn
  task_definition = aws_ecs_task_definition.service[each.key].arn
  desired_count   = 1
}

module "delivery" {
  for_each = local.services
  source   = "./modules/delivery"

  name            = "parcels-test-${each.key}"
  owner           = "parcels"
  repository      = each.key
  branch          = "main"
  github_token    = each.value.token ? var.github_token : ""
  webhook_enabled = each.value.webhook
  webhook_secret  = var.webhook_secret
  connection_arn  = each.value.connection
  artifact_format = "CODEBUILD_CLONE_REF"
  buildspec       = each.value.buildspec
  privileged      = each.value.privileged
  image           = aws_ecr_repository.service[each.key].name
  cluster         = aws_ecs_cluster.main.name
  service         = aws_ecs_service.service[each.key].name
}
