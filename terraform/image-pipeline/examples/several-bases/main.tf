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

module "base" {
  source = "../.."

  name = "shop-base"
  code = { codecommit = "base-image" }
}

# The Dockerfile has a stage for each: ARG BASE_IMAGE, ARG FONTS_IMAGE and ARG BUILDER.
module "reports" {
  source = "../.."

  name = "shop-reports"
  code = { codecommit = "reports" }
  base = {
    BASE_IMAGE  = module.base.image
    FONTS_IMAGE = { repository = "design/fonts", tag = "newest" }
    BUILDER     = { repository = "tools/builder", tag = "2" }
  }

  # Made by other means, and pushed to by this pipeline.
  repository = { existing = "shop/reports" }
}

output "image" {
  value = module.reports.image
}
