terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  region = "us-east-1"
}

resource "aws_s3_bucket" "artifacts" {
  bucket = "mall-artifacts"
}

locals {
  shared = {
    store = {
      bucket     = aws_s3_bucket.artifacts.bucket
      bucket_arn = aws_s3_bucket.artifacts.arn
    }
    # Made elsewhere.
    dead_letters = { arn = "arn:aws:sqs:us-east-1:123456789012:dead-letters" }
  }
}

module "base" {
  source = "./terraform/image-pipeline"

  name           = "mall-base"
  code           = { codecommit = "base-image" }
  artifact_store = local.shared.store
  dead_letters   = local.shared.dead_letters
}

module "web" {
  source = "./terraform/image-pipeline"

  name           = "mall-web"
  code           = { codecommit = "web" }
  base           = module.base.image
  artifact_store = local.shared.store
  dead_letters   = local.shared.dead_letters
}
