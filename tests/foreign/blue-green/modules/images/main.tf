variable "web" {}
variable "api" {}

resource "aws_ecr_repository" "web" {
  name         = var.web
  force_delete = true
}

resource "aws_ecr_repository" "api" {
  name         = var.api
  force_delete = true
}
