# A pipeline beside what it uses, of which no ARN is known before the first apply.

resource "aws_kms_key" "shop" {}

resource "aws_sns_topic" "releases" {
  name = "releases"
}

resource "aws_secretsmanager_secret" "npm" {
  name = "shop/npm"
}

resource "aws_ssm_parameter" "license" {
  name = "/shop/license"
  type = "SecureString"

  value_wo         = "unknown"
  value_wo_version = 1
}

resource "aws_codestarconnections_connection" "github" {
  name          = "github"
  provider_type = "GitHub"
}

resource "aws_iam_role" "task" {
  name               = "task"
  assume_role_policy = jsonencode({})
}

resource "aws_iam_policy" "boundary" {
  name   = "boundary"
  policy = jsonencode({})
}

resource "aws_sqs_queue" "dead_letters" {
  name = "dead-letters"
}

resource "aws_ecr_repository" "base" {
  name = "base"
}

resource "aws_vpc" "shop" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "shop" {
  vpc_id     = aws_vpc.shop.id
  cidr_block = "10.0.0.0/24"
}

resource "aws_security_group" "shop" {
  vpc_id = aws_vpc.shop.id
}

module "web" {
  source = "../.."

  name       = "web"
  code       = { connection = aws_codestarconnections_connection.github.arn, repository = "acme/web", full_clone = true }
  base       = { repository = aws_ecr_repository.base.name, repository_arn = aws_ecr_repository.base.arn, repository_url = aws_ecr_repository.base.repository_url, tag = "latest" }
  repository = { kms_key = aws_kms_key.shop.arn }

  build = {
    environment = {
      NPM     = { secret = "${aws_secretsmanager_secret.npm.arn}:token", kms_key = aws_kms_key.shop.arn }
      LICENSE = { parameter = aws_ssm_parameter.license.arn }
    }
    vpc = { vpc = aws_vpc.shop.id, subnets = [aws_subnet.shop.id], security_groups = [aws_security_group.shop.id] }
  }

  approval             = { sns_topic = aws_sns_topic.releases.arn }
  deploy               = { ecs = { cluster = "prod", service = "web", container = "web", task_roles = [aws_iam_role.task.arn] } }
  artifacts            = { kms_key = aws_kms_key.shop.arn }
  dead_letters         = { arn = aws_sqs_queue.dead_letters.arn }
  permissions_boundary = aws_iam_policy.boundary.arn
}

module "object" {
  source = "../.."

  name = "object"
  code = { s3 = "acme-sources", key = "web.zip", kms_key = aws_kms_key.shop.arn }
}

output "pipeline" {
  value = module.web.pipeline_name
}
