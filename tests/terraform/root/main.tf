variable "protect" {
  type    = bool
  default = true
}

resource "aws_kms_key" "this" {
  description         = "Images and artifacts"
  enable_key_rotation = true
}

resource "aws_iam_policy" "boundary" {
  name = "boundary"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }]
  })
}

resource "aws_sns_topic" "approvals" {
  name = "approvals"
}

resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "this" {
  count = 2

  vpc_id     = aws_vpc.this.id
  cidr_block = "10.0.${count.index}.0/24"
}

resource "aws_security_group" "this" {
  vpc_id = aws_vpc.this.id
}

module "artifacts" {
  source = "../../../terraform/artifact-store"

  name    = "shop"
  kms_key = aws_kms_key.this.arn
  tags    = { team = "platform" }
}

module "base" {
  source = "../../../terraform/image-pipeline"

  name                 = "shop-base"
  code                 = { codecommit = "base", full_clone = true }
  tag                  = "stable"
  repository           = { kms_key = aws_kms_key.this.arn, protect = var.protect }
  schedule             = "cron(0 3 ? * SUN *)"
  artifact_store       = module.artifacts.store
  permissions_boundary = aws_iam_policy.boundary.arn
  tags                 = { team = "platform" }
}

# Built on the base, and itself a base: a chain of three.
module "web" {
  source = "../../../terraform/image-pipeline"

  name = "shop-web"
  code = {
    connection = "arn:aws:codeconnections:eu-west-1:111122223333:connection/01234567-89ab-cdef-0123-456789abcdef"
    repository = "acme/web"
    filters = {
      branches = { include = ["main", "release/*"], exclude = ["release/old-*"] }
      paths    = { include = ["web/**"] }
    }
  }
  base       = module.base.image
  repository = { name = "shop/web", protect = var.protect }
  build = {
    cache     = "registry"
    arguments = { NODE_ENV = "production" }
    environment = {
      STAGE   = { value = "production" }
      NPM     = { secret = "shop/npm:token", kms_key = aws_kms_key.this.arn }
      LICENSE = { parameter = "/shop/license" }
    }
  }
  mode     = "queued"
  retry    = "failed_actions"
  approval = { sns_topic = aws_sns_topic.approvals.arn, message = "Is $${staging} well?" }
  deploy   = { ecs = { cluster = "shop", service = "web", container = "web" } }

  artifact_store = module.artifacts.store
  dead_letters   = module.base.dead_letters
}

# Two bases, one of them in any ECR repository.
module "report" {
  source = "../../../terraform/image-pipeline"

  name = "shop-report"
  code = { s3 = "acme-sources", key = "report.zip", kms_key = aws_kms_key.this.arn }
  base = {
    BASE_IMAGE  = module.web.image
    FONTS_IMAGE = { repository = "design/fonts", tag = "newest" }
  }
  repository = { protect = var.protect }
  build = {
    architecture = "arm64"
    cache        = "local"
    vpc = {
      vpc             = aws_vpc.this.id
      subnets         = aws_subnet.this[*].id
      security_groups = [aws_security_group.this.id]
    }
  }

  artifact_store = module.artifacts.store
  dead_letters   = module.base.dead_letters
}

# In an existing repository, on a base that is managed elsewhere.
module "tagged" {
  source = "../../../terraform/image-pipeline"

  name = "shop-tagged"
  code = {
    connection = "arn:aws:codeconnections:eu-west-1:111122223333:connection/01234567-89ab-cdef-0123-456789abcdef"
    repository = "acme/tagged"
    filters    = { tags = { include = ["v*"], exclude = ["v0*"] } }
  }
  base       = { repository = "design/fonts", tag = "newest" }
  repository = { existing = "acme/tagged" }

  artifact_store = module.artifacts.store
  dead_letters   = module.base.dead_letters
}

# In another region; it has a store and a queue of its own.
module "elsewhere" {
  source    = "../../../terraform/image-pipeline"
  providers = { aws = aws.second }

  name       = "shop-elsewhere"
  code       = { codecommit = "elsewhere" }
  repository = { protect = var.protect }
}
