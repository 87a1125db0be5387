terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  region = "ap-northeast-1"
}

variable "name" {
  default = "workbench"
}

resource "aws_s3_bucket" "code" {
  bucket_prefix = "${var.name}-code-"
}

resource "aws_s3_bucket_versioning" "code" {
  bucket = aws_s3_bucket.code.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_object" "code" {
  bucket  = aws_s3_bucket.code.id
  key     = "code.zip"
  content = "not really an archive"
}

resource "aws_s3_bucket" "artifacts" {
  bucket_prefix = "${var.name}-artifacts-"
  force_destroy = true
}

resource "aws_ecr_repository" "main" {
  name                 = var.name
  image_tag_mutability = "MUTABLE"
  force_delete         = true
}

resource "aws_cloudwatch_log_group" "build" {
  name              = "/aws/codebuild/${var.name}"
  retention_in_days = 1
}

resource "aws_codebuild_project" "build" {
  name         = var.name
  service_role = aws_iam_role.build.arn
  source {
    type = "CODEPIPELINE"
  }
  artifacts {
    type = "CODEPIPELINE"
  }
  cache {
    type  = "LOCAL"
    modes = ["LOCAL_DOCKER_LAYER_CACHE"]
  }
  environment {
    type            = "LINUX_CONTAINER"
    image           = "aws/codebuild/standard:7.0"
    compute_type    = "BUILD_GENERAL1_SMALL"
    privileged_mode = true
  }
  logs_config {
    cloudwatch_logs {
      group_name = aws_cloudwatch_log_group.build.name
    }
  }
}

resource "aws_codepipeline" "main" {
  name     = var.name
  role_arn = aws_iam_role.pipeline.arn

  artifact_store {
    location = aws_s3_bucket.artifacts.bucket
    type     = "S3"
  }

  stage {
    name = "Source"
    action {
      name             = "Code"
      namespace        = "CodeVariables"
      category         = "Source"
      owner            = "AWS"
      provider         = "S3"
      version          = "1"
      output_artifacts = ["Code"]
      configuration = {
        S3Bucket             = aws_s3_object.code.bucket
        S3ObjectKey          = aws_s3_object.code.key
        PollForSourceChanges = "true"
      }
    }
    action {
      name             = "Base"
      namespace        = "BaseVariables"
      category         = "Source"
      owner            = "AWS"
      provider         = "ECR"
      version          = "1"
      output_artifacts = ["Base"]
      configuration = {
        RepositoryName = aws_ecr_repository.main.name
        ImageTag       = "latest"
      }
    }
  }

  stage {
    name = "Build"
    action {
      name             = "Build"
      category         = "Build"
      owner            = "AWS"
      provider         = "CodeBuild"
      version          = "1"
      input_artifacts  = ["Code", "Base"]
      output_artifacts = ["Output"]
      configuration = {
        ProjectName   = aws_codebuild_project.build.name
        PrimarySource = "Code"
        EnvironmentVariables = jsonencode([
          { name = "BASE_TAG", value = "#{BaseVariables.ImageTag}" },
          { name = "BASE_DIGEST", value = "#{BaseVariables.ImageDigest}" },
          { name = "BASE_URI", value = "#{BaseVariables.ImageURI}" },
        ])
      }
    }
  }
}

resource "aws_cloudwatch_event_rule" "base" {
  name = "${var.name}-base"
  event_pattern = jsonencode({
    "source" : ["aws.ecr"],
    "detail-type" : ["ECR Image Action"],
    "detail" : {
      "action-type" : ["PUSH"],
      "repository-name" : [aws_ecr_repository.main.name],
      "image-tag" : ["latest"],
      "result" : ["SUCCESS"],
    }
  })
}

resource "aws_cloudwatch_event_target" "base" {
  rule     = aws_cloudwatch_event_rule.base.name
  arn      = aws_codepipeline.main.arn
  role_arn = aws_iam_role.trigger.arn
}

resource "aws_iam_role" "build" {
  name = "${var.name}-build"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Action = "sts:AssumeRole", Effect = "Allow", Principal = { Service = "codebuild.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "build" {
  name = "${var.name}-build"
  role = aws_iam_role.build.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Action = "s3:*", Effect = "Allow", Resource = "*" },
      { Action = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], Effect = "Allow", Resource = "*" },
    ]
  })
}

# A statement alone, without a list around it.
resource "aws_iam_role" "pipeline" {
  name = "${var.name}-pipeline"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = { Action = "sts:AssumeRole", Effect = "Allow", Principal = { Service = "codepipeline.amazonaws.com" } }
  })
}

resource "aws_iam_role_policy" "pipeline" {
  name = "${var.name}-pipeline"
  role = aws_iam_role.pipeline.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Action = "ecr:DescribeImages", Effect = "Allow", Resource = aws_ecr_repository.main.arn },
      { Action = "s3:*", Effect = "Allow", Resource = "*" },
      { Action = ["codebuild:BatchGetBuilds", "codebuild:StartBuild"], Effect = "Allow", Resource = aws_codebuild_project.build.arn },
    ]
  })
}

resource "aws_iam_role" "trigger" {
  name = "${var.name}-trigger"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = { Action = "sts:AssumeRole", Effect = "Allow", Principal = { Service = "events.amazonaws.com" } }
  })
}

resource "aws_iam_role_policy" "trigger" {
  name = aws_iam_role.trigger.id
  role = aws_iam_role.trigger.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "codepipeline:StartPipelineExecution", Resource = aws_codepipeline.main.arn }]
  })
}
