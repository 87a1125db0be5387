variable "services" {
  type    = set(string)
  default = ["cart", "search"]
}

resource "aws_iam_role" "task" {
  name = "task"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

# Apps on one base, with one store and one queue.
module "service" {
  source   = "../../../terraform/image-pipeline"
  for_each = var.services

  name       = "shop-${each.key}"
  code       = { codecommit = each.key }
  base       = module.base.image
  repository = { protect = var.protect }
  deploy = {
    ecs = {
      cluster    = "shop"
      service    = each.key
      container  = each.key
      task_roles = [aws_iam_role.task.arn]
    }
  }

  artifact_store = module.artifacts.store
  dead_letters   = module.base.dead_letters
}

output "services" {
  value = { for name, service in module.service : name => service.image }
}
