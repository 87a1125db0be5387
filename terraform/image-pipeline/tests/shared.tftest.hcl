# What is the module's own, and what it is given.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name = "web"
  code = { codecommit = "web" }
}

run "shared_store_and_queue" {
  command = plan

  variables {
    artifact_store = { bucket = "shop-artifacts", bucket_arn = "arn:aws:s3:::shop-artifacts" }
    dead_letters   = { arn = "arn:aws:sqs:eu-west-1:111122223333:shop-dead-letters" }
    schedule       = "rate(7 days)"
  }

  assert {
    condition     = length(aws_s3_bucket.artifacts) + length(aws_s3_bucket_policy.artifacts) + length(aws_s3_bucket_versioning.artifacts) + length(aws_sqs_queue.dead_letters) == 0
    error_message = "Neither is made twice."
  }

  assert {
    condition     = one(aws_codepipeline.this.artifact_store).location == "shop-artifacts"
    error_message = "The pipeline uses the bucket that it was given."
  }

  assert {
    condition = toset([
      for target in [aws_cloudwatch_event_target.committed[0], aws_cloudwatch_event_target.scheduled[0]] : target.dead_letter_config[0].arn
    ]) == toset(["arn:aws:sqs:eu-west-1:111122223333:shop-dead-letters"])
    error_message = "Lost events go to the queue that it was given."
  }

  assert {
    condition     = output.dead_letters.arn == var.dead_letters.arn && output.artifact_store == var.artifact_store
    error_message = "The next module can share them, too."
  }
}

run "own_queue_that_others_share" {
  command = plan

  assert {
    condition = jsondecode(aws_sqs_queue.dead_letters[0].policy) == {
      Version = "2012-10-17"
      Statement = [{
        Sid      = "DeadLetters"
        Effect   = "Allow"
        Action   = ["sqs:SendMessage"]
        Resource = ["arn:aws:sqs:eu-west-1:111122223333:web-dead-letters"]
        Condition = {
          StringEquals = { "aws:SourceAccount" = "111122223333" }
          ArnLike      = { "aws:SourceArn" = "arn:aws:events:eu-west-1:111122223333:rule/*" }
        }
        Principal = { Service = "events.amazonaws.com" }
      }]
    }
    error_message = "The queue takes events of every rule of this account and region: a module of another name may share it."
  }

  assert {
    condition = (
      aws_sqs_queue.dead_letters[0].name == "web-dead-letters" &&
      aws_sqs_queue.dead_letters[0].sqs_managed_sse_enabled &&
      aws_sqs_queue.dead_letters[0].message_retention_seconds == 1209600
    )
    error_message = "Lost events are encrypted, and kept for as long as SQS can."
  }
}

run "own_repository" {
  command = plan

  assert {
    condition     = !aws_ecr_repository.this[0].force_delete && aws_ecr_repository.this[0].image_tag_mutability == "MUTABLE"
    error_message = "Images are not destroyed with it, and its tag can move."
  }

  assert {
    condition = jsondecode(aws_ecr_lifecycle_policy.this[0].policy).rules == [
      {
        rulePriority = 1
        description  = "Remove untagged images after 7 days"
        selection    = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = 7 }
        action       = { type = "expire" }
      },
      {
        rulePriority = 2
        description  = "Keep the newest 30 tagged images"
        selection    = { tagStatus = "tagged", tagPatternList = ["*"], countType = "imageCountMoreThan", countNumber = 30 }
        action       = { type = "expire" }
      },
    ]
    error_message = "Only these images expire."
  }

  assert {
    condition = output.image == {
      name           = "web"
      repository     = "web"
      repository_arn = "arn:aws:ecr:eu-west-1:111122223333:repository/web"
      repository_url = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/web"
      tag            = "latest"
    }
    error_message = "A plan knows what others build on, before it exists."
  }

  assert {
    condition     = one([for each in aws_codebuild_project.this.environment[0].environment_variable : each.value if each.name == "REPOSITORY_URI"]) == output.repository_url
    error_message = "The image is pushed there."
  }
}

run "existing_repository" {
  command = plan

  variables {
    repository = { existing = "legacy/web" }
    tag        = "stable"
  }

  assert {
    condition     = length(aws_ecr_repository.this) + length(aws_ecr_repository.unprotected) + length(aws_ecr_lifecycle_policy.this) + length(aws_ecr_lifecycle_policy.unprotected) == 0
    error_message = "What is managed elsewhere is neither made nor changed."
  }

  assert {
    condition = output.image == {
      name           = "web"
      repository     = "legacy/web"
      repository_arn = "arn:aws:ecr:eu-west-1:111122223333:repository/legacy/web"
      repository_url = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/legacy/web"
      tag            = "stable"
    }
    error_message = "Other images can be built on it."
  }

  assert {
    condition     = one([for each in aws_codebuild_project.this.environment[0].environment_variable : each.value if each.name == "REPOSITORY_URI"]) == output.repository_url
    error_message = "The image is pushed there."
  }
}

run "unprotected_repository" {
  command = plan

  variables {
    repository = {
      name          = "shop/web"
      protect       = false
      keep_images   = 5
      untagged_days = 1
      scan_on_push  = false
      kms_key       = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
    }
    tags = { Team = "shop" }
  }

  assert {
    condition     = length(aws_ecr_repository.this) == 0 && aws_ecr_repository.unprotected[0].name == "shop/web"
    error_message = "A repository that can be destroyed."
  }

  assert {
    condition     = !aws_ecr_repository.unprotected[0].force_delete && aws_ecr_repository.unprotected[0].image_tag_mutability == "MUTABLE"
    error_message = "Images are not destroyed with it, and its tag can move."
  }

  assert {
    condition = jsondecode(aws_ecr_lifecycle_policy.unprotected[0].policy).rules == [
      {
        rulePriority = 1
        description  = "Remove untagged images after 1 days"
        selection    = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = 1 }
        action       = { type = "expire" }
      },
      {
        rulePriority = 2
        description  = "Keep the newest 5 tagged images"
        selection    = { tagStatus = "tagged", tagPatternList = ["*"], countType = "imageCountMoreThan", countNumber = 5 }
        action       = { type = "expire" }
      },
    ]
    error_message = "It keeps what was said."
  }

  assert {
    condition = (
      aws_ecr_repository.unprotected[0].encryption_configuration[0].encryption_type == "KMS" &&
      aws_ecr_repository.unprotected[0].encryption_configuration[0].kms_key == var.repository.kms_key &&
      !aws_ecr_repository.unprotected[0].image_scanning_configuration[0].scan_on_push
    )
    error_message = "It is encrypted with the key, and not scanned."
  }

  assert {
    condition = toset([
      for each in [
        aws_cloudwatch_event_rule.committed[0], aws_cloudwatch_log_group.this, aws_codebuild_project.this, aws_codepipeline.this,
        aws_ecr_repository.unprotected[0], aws_iam_role.build, aws_iam_role.committed[0], aws_iam_role.pipeline, aws_s3_bucket.artifacts[0],
        aws_sqs_queue.dead_letters[0],
      ] : each.tags
    ]) == toset([tomap({ Team = "shop" })])
    error_message = "The tags are on every resource."
  }
}

run "build" {
  command = plan

  variables {
    build = {
      architecture = "arm64"
      cache        = "local"
      arguments    = { VERSION = "3", PROXY = "" }
      buildspec    = "ci/buildspec.yml"
      platform     = "linux/arm64"
      environment = {
        STAGE     = { value = "production" }
        NPM_TOKEN = { secret = "shop/npm:token" }
        LICENSE   = { parameter = "/shop/license" }
      }
      timeout_minutes        = 5
      concurrent_build_limit = 2
      log_retention_days     = 1
    }
  }

  assert {
    condition = (
      aws_codebuild_project.this.environment[0].type == "ARM_CONTAINER" &&
      strcontains(aws_codebuild_project.this.environment[0].image, "aarch64") &&
      aws_codebuild_project.this.environment[0].image_pull_credentials_type == "CODEBUILD"
    )
    error_message = "An image of AWS for the architecture."
  }

  assert {
    condition     = aws_codebuild_project.this.cache[0].type == "LOCAL" && aws_codebuild_project.this.cache[0].modes == tolist(["LOCAL_DOCKER_LAYER_CACHE"])
    error_message = "Layers stay on the machine."
  }

  assert {
    condition = {
      for each in aws_codebuild_project.this.environment[0].environment_variable : each.name => each.value
      if contains(["BUILD_ARGS", "PLATFORM", "PROXY", "VERSION"], each.name)
    } == { BUILD_ARGS = "PROXY VERSION", PLATFORM = "linux/arm64", PROXY = "", VERSION = "3" }
    error_message = "The buildspec gets the build arguments, empty ones too."
  }

  assert {
    condition     = aws_codebuild_project.this.source[0].buildspec == "ci/buildspec.yml" && aws_codebuild_project.this.build_timeout == 5 && aws_codebuild_project.this.concurrent_build_limit == 2 && aws_cloudwatch_log_group.this.retention_in_days == 1
    error_message = "The build is as it was said."
  }

  assert {
    condition = {
      for each in aws_codebuild_project.this.environment[0].environment_variable : each.name => "${each.type} ${each.value}"
      if contains(keys(var.build.environment), each.name)
      } == {
      LICENSE   = "PARAMETER_STORE /shop/license"
      NPM_TOKEN = "SECRETS_MANAGER shop/npm:token"
      STAGE     = "PLAINTEXT production"
    }
    error_message = "CodeBuild fetches them; the plan has their names only."
  }
}

run "cache_in_the_registry" {
  command = plan

  variables {
    build = { cache = "registry" }
  }

  assert {
    condition     = one([for each in aws_codebuild_project.this.environment[0].environment_variable : "${each.type} ${each.value}" if each.name == "CACHE"]) == "PLAINTEXT registry"
    error_message = "The buildspec reuses layers of the image under the tag."
  }

  assert {
    condition     = aws_codebuild_project.this.cache[0].type == "NO_CACHE"
    error_message = "Layers stay in the registry only."
  }
}
