resource "aws_cloudwatch_log_group" "build" {
  for_each = var.images

  name              = "/aws/codebuild/${var.project}-${each.key}"
  retention_in_days = 30
}

resource "aws_iam_role" "build" {
  for_each = var.images

  name = "${var.project}-${each.key}-build"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "codebuild.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account }
        ArnLike      = { "aws:SourceArn" = "${local.codebuild}:project/${var.project}-${each.key}" }
      }
    }]
  })
}

resource "aws_iam_role_policy" "build" {
  for_each = var.images

  name = "${var.project}-${each.key}-build"
  role = aws_iam_role.build[each.key].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(local.artifact_statements, [
      {
        Sid    = "Log"
        Effect = "Allow"
        Action = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = [
          aws_cloudwatch_log_group.build[each.key].arn,
          "${aws_cloudwatch_log_group.build[each.key].arn}:*",
        ]
      },
      {
        Sid      = "EcrLogin"
        Effect   = "Allow"
        Action   = ["ecr:GetAuthorizationToken"]
        Resource = ["*"]
      },
      {
        Sid    = "Pull"
        Effect = "Allow"
        Action = [
          "ecr:BatchCheckLayerAvailability",
          "ecr:BatchGetImage",
          "ecr:GetDownloadUrlForLayer",
        ]
        Resource = [aws_ecr_repository.image[each.key].arn]
      },
      {
        Sid    = "Push"
        Effect = "Allow"
        Action = [
          "ecr:BatchCheckLayerAvailability",
          "ecr:CompleteLayerUpload",
          "ecr:InitiateLayerUpload",
          "ecr:PutImage",
          "ecr:UploadLayerPart",
        ]
        Resource = [aws_ecr_repository.image[each.key].arn]
      },
      ], each.value.base == null ? [] : [
      {
        Sid    = "PullBaseImage"
        Effect = "Allow"
        Action = [
          "ecr:BatchCheckLayerAvailability",
          "ecr:BatchGetImage",
          "ecr:GetDownloadUrlForLayer",
        ]
        Resource = [aws_ecr_repository.image[each.value.base].arn]
      },
    ])
  })
}

resource "aws_codebuild_project" "image" {
  for_each = var.images

  name           = "${var.project}-${each.key}"
  service_role   = aws_iam_role.build[each.key].arn
  build_timeout  = 60
  queued_timeout = 480

  source {
    type      = "CODEPIPELINE"
    buildspec = file("${path.module}/../../buildspecs/${each.value.base == null ? "base" : "app"}.yml")
  }

  artifacts {
    type = "CODEPIPELINE"
  }

  cache {
    type = "NO_CACHE"
  }

  environment {
    type                        = "LINUX_CONTAINER"
    image                       = "aws/codebuild/amazonlinux-x86_64-standard:5.0"
    image_pull_credentials_type = "CODEBUILD"
    compute_type                = "BUILD_GENERAL1_SMALL"
    privileged_mode             = true

    environment_variable {
      name  = "REPOSITORY_URI"
      value = aws_ecr_repository.image[each.key].repository_url
    }

    environment_variable {
      name  = "IMAGE_TAG"
      value = "latest"
    }

    environment_variable {
      name  = "CONTAINER_NAME"
      value = each.value.deploy == null ? each.key : each.value.deploy.container
    }

    dynamic "environment_variable" {
      for_each = each.value.base == null ? [] : ["BASE_IMAGE"]

      content {
        name  = "BASE_IMAGES"
        value = environment_variable.value
      }
    }

    environment_variable {
      name  = "DOCKERFILE"
      value = "Dockerfile"
    }

    environment_variable {
      name  = "BUILD_CONTEXT"
      value = "."
    }
  }

  logs_config {
    cloudwatch_logs {
      status     = "ENABLED"
      group_name = aws_cloudwatch_log_group.build[each.key].name
    }
  }

  depends_on = [aws_iam_role_policy.build]
}
