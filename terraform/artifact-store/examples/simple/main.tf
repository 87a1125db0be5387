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

module "artifacts" {
  source = "../.."

  name = "shop"
}

output "store" {
  value = module.artifacts.store
}
