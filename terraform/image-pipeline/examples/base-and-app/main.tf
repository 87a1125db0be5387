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

variable "connection" {
  type        = string
  description = "ARN of a connection to GitHub, made by hand: a person consents in the console."
}

module "base" {
  source = "../.."

  name     = "shop-base"
  code     = { connection = var.connection, repository = "acme/base-image" }
  schedule = "rate(7 days)"
}

# Every push of the base rebuilds this on exactly that digest.
module "web" {
  source = "../.."

  name = "shop-web"
  code = {
    connection = var.connection
    repository = "acme/web"
    filters    = { paths = { exclude = ["docs/**"] } }
  }
  base = module.base.image

  build = {
    cache       = "registry"
    environment = { NPM_TOKEN = { secret = "shop/npm:token" } }
  }

  # The service must be there before; for one that is made here, say its task_roles.
  approval = { message = "Does staging look right?" }
  deploy   = { ecs = { cluster = "prod", service = "web", container = "web" } }
}

output "pipelines" {
  value = [module.base.pipeline_name, module.web.pipeline_name]
}
