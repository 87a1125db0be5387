variable "create" { type = bool }
variable "name" { type = string }

resource "aws_s3_bucket" "this" {
  count         = var.create ? 1 : 0
  bucket        = var.name
  force_destroy = true
}

data "aws_iam_policy_document" "tls" {
  count = var.create ? 1 : 0
  statement {
    sid     = "OnlyOverTls"
    effect  = "Deny"
    actions = ["s3:*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    resources = [aws_s3_bucket.this[0].arn, "${aws_s3_bucket.this[0].arn}/*"]
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "this" {
  count  = var.create ? 1 : 0
  bucket = aws_s3_bucket.this[0].id
  policy = data.aws_iam_policy_document.tls[0].json
}

output "id" {
  value = try(aws_s3_bucket.this[0].id, "")
}
output "arn" {
  value = try(aws_s3_bucket.this[0].arn, "")
}
