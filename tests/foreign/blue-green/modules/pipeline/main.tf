variable "app" {}
variable "web" {}
variable "api" {}
variable "listener" {}

data "aws_caller_identity" "self" {}

resource "aws_s3_bucket" "artifacts" {
  bucket_prefix = "artifacts-"
  force_destroy = true
}

resource "aws_codecommit_repository" "code" {
  repository_name = "${var.app}-code"
  description     = "Code of ${var.app}"
}

resource "aws_codebuild_project" "web" {
  name         = "${var.app}-web"
  service_role = aws_iam_role.build.arn
  artifacts {
    type = "CODEPIPELINE"
  }
  source {
    type      = "CODEPIPELINE"
    buildspec = file("${path.module}/web.yml")
  }
  environment {
    compute_type    = "BUILD_GENERAL1_SMALL"
    image           = "aws/codebuild/amazonlinux2-x86_64-standard:3.0"
    type            = "LINUX_CONTAINER"
    privileged_mode = true
    environment_variable {
      name  = "AWS_ACCOUNT_ID"
      value = data.aws_caller_identity.self.account_id
    }
    environment_variable {
      name  = "WEB_REPOSITORY"
      value = var.web
    }
    environment_variable {
      name  = "WEB_TASK"
      value = var.web
    }
  }
}

resource "aws_codebuild_project" "api" {
  name         = "${var.app}-api"
  service_role = aws_iam_role.build.arn
  artifacts {
    type = "CODEPIPELINE"
  }
  source {
    type      = "CODEPIPELINE"
    buildspec = "delivery/api.yml"
  }
  environment {
    compute_type    = "BUILD_GENERAL1_SMALL"
    image           = "aws/codebuild/amazonlinux2-x86_64-standard:3.0"
    type            = "LINUX_CONTAINER"
    privileged_mode = true
    environment_variable {
      name  = "AWS_ACCOUNT_ID"
      value = data.aws_caller_identity.self.account_id
    }
    environment_variable {
      name  = "API_REPOSITORY"
      value = var.api
    }
  }
}

resource "aws_codedeploy_app" "this" {
  compute_platform = "ECS"
  name             = var.app
}

resource "aws_codedeploy_deployment_group" "this" {
  for_each               = { web = var.web, api = var.api }
  app_name               = aws_codedeploy_app.this.name
  deployment_config_name = "CodeDeployDefault.ECSAllAtOnce"
  deployment_group_name  = each.value
  service_role_arn       = aws_iam_role.deploy.arn

  blue_green_deployment_config {
    deployment_ready_option {
      action_on_timeout = "CONTINUE_DEPLOYMENT"
    }
    terminate_blue_instances_on_deployment_success {
      action                           = "TERMINATE"
      termination_wait_time_in_minutes = 5
    }
  }
  deployment_style {
    deployment_option = "WITH_TRAFFIC_CONTROL"
    deployment_type   = "BLUE_GREEN"
  }
  ecs_service {
    cluster_name = var.app
    service_name = each.value
  }
  load_balancer_info {
    target_group_pair_info {
      prod_traffic_route {
        listener_arns = [var.listener]
      }
      target_group {
        name = "${each.value}-blue"
      }
      target_group {
        name = "${each.value}-green"
      }
    }
  }
}

resource "aws_codepipeline" "this" {
  name     = var.app
  role_arn = aws_iam_role.pipeline.arn

  artifact_store {
    location = aws_s3_bucket.artifacts.bucket
    type     = "S3"
  }

  stage {
    name = "Source"
    action {
      name             = "Source"
      category         = "Source"
      owner            = "AWS"
      provider         = "CodeCommit"
      version          = "1"
      output_artifacts = ["SourceArtifact"]
      configuration = {
        RepositoryName       = aws_codecommit_repository.code.repository_name
        BranchName           = "main"
        OutputArtifactFormat = "CODE_ZIP"
      }
    }
  }

  stage {
    name = "Build"
    action {
      name             = "Web"
      category         = "Build"
      owner            = "AWS"
      provider         = "CodeBuild"
      version          = "1"
      input_artifacts  = ["SourceArtifact"]
      output_artifacts = ["WebArtifact"]
      configuration    = { ProjectName = aws_codebuild_project.web.name }
    }
    action {
      name             = "Api"
      category         = "Build"
      owner            = "AWS"
      provider         = "CodeBuild"
      version          = "1"
      input_artifacts  = ["SourceArtifact"]
      output_artifacts = ["ApiArtifact"]
      configuration    = { ProjectName = aws_codebuild_project.api.name }
    }
  }

  stage {
    name = "Deploy"
    dynamic "action" {
      for_each = { Web = "web", Api = "api" }
      content {
        name            = action.key
        category        = "Deploy"
        owner           = "AWS"
        provider        = "CodeDeployToECS"
        version         = "1"
        input_artifacts = ["${action.key}Artifact"]
        configuration = {
          ApplicationName                = var.app
          DeploymentGroupName            = aws_codedeploy_deployment_group.this[action.value].deployment_group_name
          TaskDefinitionTemplateArtifact = "${action.key}Artifact"
          TaskDefinitionTemplatePath     = "taskdef.json"
          AppSpecTemplateArtifact        = "${action.key}Artifact"
          AppSpecTemplatePath            = "appspec.yml"
          Image1ArtifactName             = "${action.key}Artifact"
          Image1ContainerName            = "IMAGE1_NAME"
        }
      }
    }
  }
}

# The rule; the source action polls as well, because nothing says that it does not.

resource "aws_cloudwatch_event_rule" "code" {
  name     = "${var.app}-code"
  role_arn = aws_iam_role.events.arn
  event_pattern = jsonencode({
    source      = ["aws.codecommit"]
    detail-type = ["CodeCommit Repository State Change"]
    resources   = [aws_codecommit_repository.code.arn]
    detail = {
      event         = ["referenceCreated", "referenceUpdated"]
      referenceType = ["branch"]
      referenceName = ["main"]
    }
  })
}

resource "aws_cloudwatch_event_target" "pipeline" {
  rule      = aws_cloudwatch_event_rule.code.name
  target_id = "${var.app}-pipeline"
  arn       = aws_codepipeline.this.arn
  role_arn  = aws_iam_role.events.arn
}

resource "aws_iam_policy" "events" {
  name = "${var.app}-events"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["codepipeline:StartPipelineExecution"], Resource = [aws_codepipeline.this.arn] },
    ]
  })
}

resource "aws_iam_policy_attachment" "events" {
  name       = "${var.app}-events"
  roles      = [aws_iam_role.events.name]
  policy_arn = aws_iam_policy.events.arn
}

resource "aws_iam_role_policy_attachment" "deploy" {
  policy_arn = "arn:aws:iam::aws:policy/AWSCodeDeployRoleForECS"
  role       = aws_iam_role.deploy.name
}

# Trust policies; three of them say no version.

resource "aws_iam_role" "pipeline" {
  name = "${var.app}-pipeline"
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "codepipeline.amazonaws.com" } }]
  })
}

resource "aws_iam_role" "build" {
  name = "${var.app}-build"
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "codebuild.amazonaws.com" } }]
  })
}

resource "aws_iam_role" "deploy" {
  name = "${var.app}-deploy"
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "codedeploy.amazonaws.com" } }]
  })
}

resource "aws_iam_role" "events" {
  name = "${var.app}-events"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Sid = "", Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "events.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "pipeline" {
  name   = "pipeline"
  role   = aws_iam_role.pipeline.id
  policy = data.aws_iam_policy_document.pipeline.json
}

data "aws_iam_policy_document" "pipeline" {
  statement {
    actions   = ["s3:GetBucketVersioning", "s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:PutObjectAcl"]
    resources = [aws_s3_bucket.artifacts.arn, "${aws_s3_bucket.artifacts.arn}/*"]
  }
  statement {
    actions   = ["ecr:DescribeImages"]
    resources = ["*"]
  }
  statement {
    actions = [
      "codedeploy:CreateDeployment", "codedeploy:GetApplication", "codedeploy:GetApplicationRevision",
      "codedeploy:GetDeployment", "codedeploy:GetDeploymentConfig", "codedeploy:RegisterApplicationRevision",
      "ecs:RegisterTaskDefinition",
    ]
    resources = ["*"]
  }
  statement {
    actions = [
      "codecommit:CancelUploadArchive", "codecommit:GetBranch", "codecommit:GetCommit",
      "codecommit:GetUploadArchiveStatus", "codecommit:UploadArchive",
    ]
    resources = [aws_codecommit_repository.code.arn]
  }
  statement {
    actions   = ["codebuild:BatchGetBuilds", "codebuild:StartBuild"]
    resources = ["*"]
  }
  statement {
    actions   = ["iam:GetRole", "iam:PassRole"]
    resources = ["*"]
  }
}

resource "aws_iam_role_policy" "build" {
  name   = "build"
  role   = aws_iam_role.build.name
  policy = data.aws_iam_policy_document.build.json
}

# Nothing here lets a build log in to ECR or push.
data "aws_iam_policy_document" "build" {
  statement {
    actions   = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["*"]
  }
  statement {
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.artifacts.arn, "${aws_s3_bucket.artifacts.arn}/*"]
  }
  statement {
    actions   = ["ecs:DescribeTaskDefinition"]
    resources = ["*"]
  }
}
