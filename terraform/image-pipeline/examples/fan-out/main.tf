terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }
}

provider "aws" {
  region = "us-east-1"
}

locals {
  # Application and the ECS service that runs it, which must be there before.
  applications = {
    cart     = "cart"
    checkout = "checkout"
    search   = "search-v2"
  }
}

# One bucket and, from the first module, one queue are enough for all pipelines.
module "artifacts" {
  source = "../../../artifact-store"

  name        = "shop"
  expire_days = 14
}

module "base" {
  source = "../.."

  name           = "shop-base"
  code           = { codecommit = "base-image" }
  artifact_store = module.artifacts.store
}

module "runtime" {
  source = "../.."

  name           = "shop-runtime"
  code           = { codecommit = "runtime-image" }
  base           = module.base.image
  artifact_store = module.artifacts.store
  dead_letters   = module.base.dead_letters
}

module "applications" {
  source   = "../.."
  for_each = local.applications

  name           = "shop-${each.key}"
  code           = { codecommit = each.key }
  base           = module.runtime.image
  deploy         = { ecs = { cluster = "prod", service = each.value, container = each.key } }
  artifact_store = module.artifacts.store
  dead_letters   = module.base.dead_letters
}

output "pipelines" {
  value = [for application in module.applications : application.pipeline_name]
}

output "dead_letters" {
  description = "Whoever is on call wants an alarm on this queue."
  value       = module.base.dead_letters.arn
}
