terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  region = "ap-northeast-1"
}

locals {
  app = "notes"
  web = "notes-web"
  api = "notes-api"
}

module "images" {
  source = "./modules/images"
  web    = local.web
  api    = local.api
}

module "pipeline" {
  source   = "./modules/pipeline"
  app      = local.app
  web      = local.web
  api      = local.api
  listener = "arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:listener/app/notes/50dc6c495c0c9188/f2f7dc8efc522ab2"
}
