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

  name = "shop/web"
}

output "url" {
  value = module.web.url
}
