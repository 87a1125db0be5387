data "aws_ecs_service" "image" {
  for_each = local.deployed

  cluster_arn  = "${local.ecs}:cluster/${each.value.deploy.cluster}"
  service_name = each.value.deploy.service
}

data "aws_ecs_task_definition" "image" {
  for_each = local.deployed

  task_definition = data.aws_ecs_service.image[each.key].task_definition
}

locals {
  deploy_statements = {
    for name, image in local.deployed : name => [
      {
        Sid      = "Service"
        Effect   = "Allow"
        Action   = ["ecs:DescribeServices", "ecs:UpdateService"]
        Resource = ["${local.ecs}:service/${image.deploy.cluster}/${image.deploy.service}"]
      },
      {
        Sid      = "Tasks"
        Effect   = "Allow"
        Action   = ["ecs:DescribeTasks"]
        Resource = ["${local.ecs}:task/${image.deploy.cluster}/*"]
      },
      {
        Sid       = "ListTasks"
        Effect    = "Allow"
        Action    = ["ecs:ListTasks"]
        Resource  = ["*"]
        Condition = { ArnEquals = { "ecs:cluster" = "${local.ecs}:cluster/${image.deploy.cluster}" } }
      },
      {
        Sid      = "TaskDefinition"
        Effect   = "Allow"
        Action   = ["ecs:DescribeTaskDefinition", "ecs:RegisterTaskDefinition"]
        Resource = ["*"]
      },
      {
        Sid    = "TagTaskDefinition"
        Effect = "Allow"
        Action = ["ecs:TagResource"]
        Resource = [
          "${local.ecs}:task-definition/${data.aws_ecs_task_definition.image[name].family}:*",
        ]
        Condition = { StringEquals = { "ecs:CreateAction" = "RegisterTaskDefinition" } }
      },
      {
        Sid    = "PassTaskRoles"
        Effect = "Allow"
        Action = ["iam:PassRole"]
        Resource = [
          coalesce(
            data.aws_ecs_task_definition.image[name].execution_role_arn,
            data.aws_ecs_task_definition.image[name].task_role_arn,
          ),
          coalesce(
            data.aws_ecs_task_definition.image[name].task_role_arn,
            data.aws_ecs_task_definition.image[name].execution_role_arn,
          ),
        ]
        Condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
      },
    ]
  }
}

resource "aws_iam_role" "pipeline" {
  for_each = var.images

  name = "${var.project}-${each.key}-pipeline"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "codepipeline.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account }
        ArnLike      = { "aws:SourceArn" = "${local.codepipeline}:${var.project}-${each.key}" }
      }
    }]
  })
}

resource "aws_iam_role_policy" "pipeline" {
  for_each = var.images

  name = "${var.project}-${each.key}-pipeline"
  role = aws_iam_role.pipeline[each.key].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      {
        Sid    = "Source"
        Effect = "Allow"
        Action = [
          "codecommit:CancelUploadArchive",
          "codecommit:GetBranch",
          "codecommit:GetCommit",
          "codecommit:GetUploadArchiveStatus",
          "codecommit:UploadArchive",
        ]
        Resource = ["${local.codecommit}:${each.value.repository}"]
      },
      ], each.value.base == null ? [] : [
      {
        Sid      = "DescribeBaseImage"
        Effect   = "Allow"
        Action   = ["ecr:DescribeImages"]
        Resource = [aws_ecr_repository.image[each.value.base].arn]
      },
      ], [
      {
        Sid      = "Build"
        Effect   = "Allow"
        Action   = ["codebuild:BatchGetBuilds", "codebuild:StartBuild"]
        Resource = [aws_codebuild_project.image[each.key].arn]
      },
    ], try(local.deploy_statements[each.key], []), local.artifact_statements)
  })
}

resource "aws_codepipeline" "image" {
  for_each = var.images

  name           = "${var.project}-${each.key}"
  pipeline_type  = "V2"
  execution_mode = "SUPERSEDED"
  role_arn       = aws_iam_role.pipeline[each.key].arn

  artifact_store {
    type     = "S3"
    location = aws_s3_bucket.artifacts.bucket
  }

  stage {
    name = "Source"

    dynamic "action" {
      for_each = each.value.base == null ? [] : [each.value.base]

      content {
        name             = "BaseImage"
        namespace        = "BaseImage"
        category         = "Source"
        owner            = "AWS"
        provider         = "ECR"
        version          = "1"
        run_order        = 1
        output_artifacts = ["BaseImage"]
        configuration = {
          RepositoryName = aws_ecr_repository.image[action.value].name
          ImageTag       = "latest"
        }
      }
    }

    action {
      name             = "Source"
      namespace        = "Source"
      category         = "Source"
      owner            = "AWS"
      provider         = "CodeCommit"
      version          = "1"
      run_order        = 1
      output_artifacts = ["SourceArtifact"]
      configuration = {
        RepositoryName       = each.value.repository
        BranchName           = each.value.branch
        PollForSourceChanges = "false"
        OutputArtifactFormat = "CODE_ZIP"
      }
    }
  }

  stage {
    name = "Build"

    action {
      name             = "Build"
      namespace        = "Build"
      category         = "Build"
      owner            = "AWS"
      provider         = "CodeBuild"
      version          = "1"
      run_order        = 1
      input_artifacts  = concat(["SourceArtifact"], each.value.base == null ? [] : ["BaseImage"])
      output_artifacts = ["BuildArtifact"]
      configuration = {
        ProjectName   = aws_codebuild_project.image[each.key].name
        PrimarySource = "SourceArtifact"
        EnvironmentVariables = jsonencode(concat([
          { name = "COMMIT_ID", value = "#{Source.CommitId}", type = "PLAINTEXT" },
          ], each.value.base == null ? [] : [
          {
            name  = "BASE_IMAGE"
            value = "${aws_ecr_repository.image[each.value.base].repository_url}@#{BaseImage.ImageDigest}"
            type  = "PLAINTEXT"
          },
        ]))
      }
    }
  }

  dynamic "stage" {
    for_each = each.value.deploy == null ? [] : [each.value.deploy]

    content {
      name = "Deploy"

      action {
        name            = "Deploy"
        category        = "Deploy"
        owner           = "AWS"
        provider        = "ECS"
        version         = "1"
        run_order       = 1
        input_artifacts = ["BuildArtifact"]
        configuration = {
          ClusterName       = stage.value.cluster
          ServiceName       = stage.value.service
          FileName          = "imagedefinitions.json"
          DeploymentTimeout = "60"
        }
      }
    }
  }

  depends_on = [aws_iam_role_policy.pipeline]
}
