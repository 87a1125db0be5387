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

module "web" {
  source = "../.."

  name = "web"
  code = { codecommit = "web" }
}

output "repository_url" {
  value = module.web.repository_url
}
