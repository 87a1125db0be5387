resource "aws_sqs_queue" "dead_letters" {
  name                      = "${var.project}-dead-letters"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "DeadLetters"
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = ["sqs:SendMessage"]
      Resource  = ["${local.sqs}:${var.project}-dead-letters"]
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account }
        ArnLike      = { "aws:SourceArn" = "${local.events}:rule/${var.project}-*" }
      }
    }]
  })
}

# A commit starts the pipeline of its image.

resource "aws_cloudwatch_event_rule" "committed" {
  for_each = var.images

  name        = "${var.project}-${each.value.repository}-${each.value.branch}-committed"
  description = "Builds every commit to ${each.value.branch} of ${each.value.repository}"
  event_pattern = jsonencode({
    account       = [data.aws_caller_identity.current.account_id]
    source        = ["aws.codecommit"]
    "detail-type" = ["CodeCommit Repository State Change"]
    resources     = ["${local.codecommit}:${each.value.repository}"]
    detail = {
      event         = ["referenceCreated", "referenceUpdated"]
      referenceType = ["branch"]
      referenceName = [each.value.branch]
    }
  })
}

resource "aws_iam_role" "committed" {
  for_each = var.images

  name = "${var.project}-${each.value.repository}-${each.value.branch}-committed-start"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account }
        ArnLike      = { "aws:SourceArn" = aws_cloudwatch_event_rule.committed[each.key].arn }
      }
    }]
  })
}

resource "aws_iam_role_policy" "committed" {
  for_each = var.images

  name = "${var.project}-${each.value.repository}-${each.value.branch}-committed-start"
  role = aws_iam_role.committed[each.key].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "Start"
      Effect   = "Allow"
      Action   = ["codepipeline:StartPipelineExecution"]
      Resource = [aws_codepipeline.image[each.key].arn]
    }]
  })
}

resource "aws_cloudwatch_event_target" "committed" {
  for_each = var.images

  rule      = aws_cloudwatch_event_rule.committed[each.key].name
  target_id = "${var.project}-${each.key}"
  arn       = aws_codepipeline.image[each.key].arn
  role_arn  = aws_iam_role.committed[each.key].arn

  input_transformer {
    input_paths = { revision = "$.detail.commitId" }
    # No jsonencode: it would write the angle brackets as \u003c and \u003e.
    input_template = <<-EOT
      {"sourceRevisions": [{"actionName": "Source", "revisionType": "COMMIT_ID", "revisionValue": "<revision>"}]}
    EOT
  }

  dead_letter_config {
    arn = aws_sqs_queue.dead_letters.arn
  }

  retry_policy {
    maximum_event_age_in_seconds = 86400
    maximum_retry_attempts       = 185
  }

  depends_on = [aws_iam_role_policy.committed]
}

# A push of a base image starts the pipelines of the images built from it.

resource "aws_cloudwatch_event_rule" "pushed" {
  for_each = local.pushed

  name        = "${var.project}-${each.key}"
  description = "Builds on every push of ${aws_ecr_repository.image[each.value.base].name}:latest"
  event_pattern = jsonencode({
    account       = [data.aws_caller_identity.current.account_id]
    source        = ["aws.ecr"]
    "detail-type" = ["ECR Image Action"]
    detail = {
      "action-type"     = ["PUSH"]
      result            = ["SUCCESS"]
      "repository-name" = [aws_ecr_repository.image[each.value.base].name]
      "image-tag"       = ["latest"]
    }
  })
}

resource "aws_iam_role" "pushed" {
  for_each = local.pushed

  name = "${var.project}-${each.key}-start"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account }
        ArnLike      = { "aws:SourceArn" = aws_cloudwatch_event_rule.pushed[each.key].arn }
      }
    }]
  })
}

resource "aws_iam_role_policy" "pushed" {
  for_each = local.pushed

  name = "${var.project}-${each.key}-start"
  role = aws_iam_role.pushed[each.key].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "Start"
      Effect   = "Allow"
      Action   = ["codepipeline:StartPipelineExecution"]
      Resource = [for image in each.value.images : aws_codepipeline.image[image].arn]
    }]
  })
}

resource "aws_cloudwatch_event_target" "pushed" {
  for_each = local.pushed_targets

  rule      = aws_cloudwatch_event_rule.pushed[each.value].name
  target_id = "${var.project}-${each.key}"
  arn       = aws_codepipeline.image[each.key].arn
  role_arn  = aws_iam_role.pushed[each.value].arn

  input_transformer {
    input_paths = { revision = "$.detail.image-digest" }
    # No jsonencode: it would write the angle brackets as \u003c and \u003e.
    input_template = <<-EOT
      {"sourceRevisions": [{"actionName": "BaseImage", "revisionType": "IMAGE_DIGEST", "revisionValue": "<revision>"}]}
    EOT
  }

  dead_letter_config {
    arn = aws_sqs_queue.dead_letters.arn
  }

  retry_policy {
    maximum_event_age_in_seconds = 86400
    maximum_retry_attempts       = 185
  }

  depends_on = [aws_iam_role_policy.pushed]
}
