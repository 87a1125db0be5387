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

module "repository" {
  source = "../../../image-repository"

  name = "shop/web"
}

module "artifacts" {
  source = "../../../artifact-store"

  name = "shop"
}

# For the Build action of an aws_codepipeline of your own, whose artifacts are in that store.
module "build" {
  source = "../.."

  name           = "shop-web"
  repository     = { name = module.repository.name, arn = module.repository.arn, url = module.repository.url }
  artifact_store = module.artifacts.store
}

output "build_project" {
  value = module.build.name
}
