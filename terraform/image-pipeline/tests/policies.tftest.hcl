# Who may take the roles, what the rules start, and how the module's own bucket and queue are guarded.
# A first plan knows it, but for the ARNs that targets have: those runs apply, and nothing is protected
# from the destruction at the end. Each role has an ARN of its own, so that none is taken for another.

mock_provider "aws" {
  source = "./tests/mocks"
}

override_resource {
  target = aws_iam_role.base_pushed
  values = { arn = "arn:aws:iam::111122223333:role/base" }
}

override_resource {
  target = aws_iam_role.committed
  values = { arn = "arn:aws:iam::111122223333:role/committed" }
}

override_resource {
  target = aws_iam_role.scheduled
  values = { arn = "arn:aws:iam::111122223333:role/scheduled" }
}

override_resource {
  target = aws_iam_role.uploaded
  values = { arn = "arn:aws:iam::111122223333:role/uploaded" }
}

variables {
  name       = "web"
  code       = { codecommit = "web" }
  repository = { protect = false }
  start = {
    Version = "2012-10-17"
    Statement = [{
      Sid      = "Start"
      Effect   = "Allow"
      Action   = ["codepipeline:StartPipelineExecution"]
      Resource = ["arn:aws:codepipeline:eu-west-1:111122223333:web"]
    }]
  }
}

run "rules" {
  variables {
    base     = { repository = "design/fonts", tag = "newest" }
    schedule = "rate(1 day)"
  }

  assert {
    condition = {
      for service, role in { codebuild = aws_iam_role.build, codepipeline = aws_iam_role.pipeline } : service => jsondecode(role.assume_role_policy)
      } == {
      for service, source in { codebuild = "project/web", codepipeline = "web" } : service => {
        Version                          = "2012-10-17"
        Statement = [{
          Effect    = "Allow"
          Principal = { Service = "${service}.amazonaws.com" }
          Action    = "sts:AssumeRole"
          Condition = {
            StringEquals = { "aws:SourceAccount" = "111122223333" }
            ArnLike      = { "aws:SourceArn" = "arn:aws:${service}:eu-west-1:111122223333:${source}" }
          }
        }]
      }
    }
    error_message = "Only this project and this pipeline, of this account, take the roles."
  }

  assert {
    condition = {
      for rule, role in {
        base      = aws_iam_role.base_pushed["BASE_IMAGE"]
        committed = aws_iam_role.committed[0]
        scheduled = aws_iam_role.scheduled[0]
      } : rule => jsondecode(role.assume_role_policy)
      } == {
      for rule, name in { base = "web-base_image-pushed", committed = "web-source-committed", scheduled = "web-scheduled" } : rule => {
        Version                = "2012-10-17"
        Statement = [{
          Effect    = "Allow"
          Principal = { Service = "events.amazonaws.com" }
          Action    = "sts:AssumeRole"
          Condition = {
            StringEquals = { "aws:SourceAccount" = "111122223333" }
            ArnLike      = { "aws:SourceArn" = "arn:aws:events:eu-west-1:111122223333:rule/${name}" }
          }
        }]
      }
    }
    error_message = "Only a rule takes the role that is for it."
  }

  assert {
    condition = alltrue([
      for each in [aws_iam_role_policy.base_pushed["BASE_IMAGE"], aws_iam_role_policy.committed[0], aws_iam_role_policy.scheduled[0]] :
      jsondecode(each.policy) == var.start
    ])
    error_message = "A rule starts this pipeline, and nothing else."
  }

  assert {
    condition = {
      for rule, target in {
        base      = aws_cloudwatch_event_target.base_pushed["BASE_IMAGE"]
        committed = aws_cloudwatch_event_target.committed[0]
        scheduled = aws_cloudwatch_event_target.scheduled[0]
        } : rule => {
        pipeline = target.arn
        role     = target.role_arn
        queue    = target.dead_letter_config[0].arn
        age      = target.retry_policy[0].maximum_event_age_in_seconds
        attempts = target.retry_policy[0].maximum_retry_attempts
      }
      } == {
      for rule in ["base", "committed", "scheduled"] : rule => {
        pipeline = "arn:aws:codepipeline:eu-west-1:111122223333:mock"
        role     = "arn:aws:iam::111122223333:role/${rule}"
        queue    = "arn:aws:sqs:eu-west-1:111122223333:web-dead-letters"
        age      = 86400
        attempts = 185
      }
    }
    error_message = "An event is tried again for a day, and then kept in the queue."
  }
}

run "bucket" {
  command = plan

  variables {
    artifacts = { expire_days = 7 }
  }

  assert {
    condition = jsondecode(aws_s3_bucket_policy.artifacts[0].policy) == {
      Version = "2012-10-17"
      Statement = [{
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Action    = ["s3:*"]
        Resource  = ["arn:aws:s3:::web-artifacts-111122223333-eu-west-1", "arn:aws:s3:::web-artifacts-111122223333-eu-west-1/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
        Principal = "*"
      }]
    }
    error_message = "Nobody reaches the bucket without TLS."
  }

  assert {
    condition     = aws_s3_bucket_versioning.artifacts[0].versioning_configuration[0].status == "Enabled"
    error_message = "The pipeline hands over versions."
  }

  assert {
    condition = (
      aws_s3_bucket_public_access_block.artifacts[0].block_public_acls &&
      aws_s3_bucket_public_access_block.artifacts[0].block_public_policy &&
      aws_s3_bucket_public_access_block.artifacts[0].ignore_public_acls &&
      aws_s3_bucket_public_access_block.artifacts[0].restrict_public_buckets
    )
    error_message = "Nothing in the bucket is public."
  }

  assert {
    condition = [
      for rule in aws_s3_bucket_lifecycle_configuration.artifacts[0].rule : {
        status     = rule.status
        prefix     = rule.filter[0].prefix
        days       = rule.expiration[0].days
        noncurrent = rule.noncurrent_version_expiration[0].noncurrent_days
        unfinished = rule.abort_incomplete_multipart_upload[0].days_after_initiation
      }
    ] == [{ status = "Enabled", prefix = "", days = 7, noncurrent = 7, unfinished = 1 }]
    error_message = "Artifacts are kept for as long as was said."
  }
}

run "codecommit_clone" {
  command = plan

  variables {
    code = { codecommit = "web", full_clone = true }
  }

  assert {
    condition = one([
      for each in jsondecode(aws_iam_role_policy.build.policy).Statement : each if each.Sid == "SourceClone"
    ]) == { Sid = "SourceClone", Effect = "Allow", Action = ["codecommit:GitPull"], Resource = ["arn:aws:codecommit:eu-west-1:111122223333:web"] }
    error_message = "The build clones this repository."
  }

  assert {
    condition = one([
      for each in jsondecode(aws_iam_role_policy.pipeline.policy).Statement : each if each.Sid == "Source"
      ]) == {
      Sid    = "Source"
      Effect = "Allow"
      Action = [
        "codecommit:CancelUploadArchive",
        "codecommit:GetBranch",
        "codecommit:GetCommit",
        "codecommit:GetUploadArchiveStatus",
        "codecommit:UploadArchive",
        "codecommit:GetRepository",
      ]
      Resource = ["arn:aws:codecommit:eu-west-1:111122223333:web"]
    }
    error_message = "The pipeline looks up where it is."
  }
}

run "upload" {
  variables {
    code = { s3 = "acme-sources", key = "web.zip" }
  }

  assert {
    condition = {
      for rule, role in { uploaded = aws_iam_role.uploaded[0] } : rule => jsondecode(role.assume_role_policy)
      } == {
      for rule, name in { uploaded = "web-source-uploaded" } : rule => {
        Version                    = "2012-10-17"
        Statement = [{
          Effect    = "Allow"
          Principal = { Service = "events.amazonaws.com" }
          Action    = "sts:AssumeRole"
          Condition = {
            StringEquals = { "aws:SourceAccount" = "111122223333" }
            ArnLike      = { "aws:SourceArn" = "arn:aws:events:eu-west-1:111122223333:rule/${name}" }
          }
        }]
      }
    }
    error_message = "Only the rule takes the role."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.uploaded[0].policy) == var.start
    error_message = "The rule starts this pipeline, and nothing else."
  }

  assert {
    condition = {
      for rule, target in { uploaded = aws_cloudwatch_event_target.uploaded[0] } : rule => {
        pipeline                     = target.arn
        role                         = target.role_arn
        queue                        = target.dead_letter_config[0].arn
        age                          = target.retry_policy[0].maximum_event_age_in_seconds
        attempts                     = target.retry_policy[0].maximum_retry_attempts
      }
      } == {
      for rule in ["uploaded"] : rule => {
        pipeline = "arn:aws:codepipeline:eu-west-1:111122223333:mock"
        role     = "arn:aws:iam::111122223333:role/${rule}"
        queue    = "arn:aws:sqs:eu-west-1:111122223333:web-dead-letters"
        age      = 86400
        attempts = 185
      }
    }
    error_message = "An event is tried again for a day, and then kept in the queue."
  }
}
