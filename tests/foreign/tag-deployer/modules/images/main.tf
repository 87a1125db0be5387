variable "name" { type = string }
variable "create" {
  type    = bool
  default = true
}

resource "aws_ecr_repository" "this" {
  count = var.create ? 1 : 0
  name  = var.name
}

output "name" {
  value = try(aws_ecr_repository.this[0].name, var.name)
}
