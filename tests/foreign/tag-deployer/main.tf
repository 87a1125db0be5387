terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  region = "eu-west-1"
}

locals {
  services = { checkout = "production", search = "live" }
}

module "images" {
  for_each = local.services
  source   = "./modules/images"
  name     = each.key
}

module "deployment" {
  for_each   = local.services
  source     = "./modules/deployment"
  service    = each.key
  container  = each.key
  cluster    = "shopfront"
  repository = module.images[each.key].name
  tag        = each.value
}
