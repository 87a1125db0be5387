terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "name" {
  type = string
}

resource "aws_sns_topic" "this" {
  name = "${var.name}-alerts"
}

resource "aws_ssm_parameter" "topic" {
  name  = "/${var.name}/alerts"
  type  = "String"
  value = aws_sns_topic.this.arn
}

output "topic" {
  value = aws_sns_topic.this.arn
}
