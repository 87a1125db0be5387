locals {
  by_token      = nonsensitive(var.github_token != "")
  by_connection = var.connection_arn != ""
}

module "label" {
  source     = "../label"
  name       = var.name
  attributes = ["pipeline"]
}

module "label_role" {
  source     = "../label"
  name       = var.name
  attributes = ["pipeline", "assume"]
}

module "label_connection" {
  source     = "../label"
  enabled    = local.by_connection
  name       = var.name
  attributes = ["connection"]
}

resource "aws_s3_bucket" "artifacts" {
  count  = 1
  bucket = module.label.id
}

data "aws_iam_policy_document" "trust" {
  statement {
    sid     = ""
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["codepipeline.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "pipeline" {
  count              = 1
  name               = module.label_role.id
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

data "aws_iam_policy_document" "everything" {
  statement {
    sid = ""
    actions = [
      "autoscaling:*", "cloudformation:*", "cloudwatch:*", "ec2:*", "ecs:*",
      "elasticloadbalancing:*", "iam:PassRole", "rds:*", "s3:*", "sns:*", "sqs:*",
    ]
    resources = ["*"]
  }
}

data "aws_iam_policy_document" "artifacts" {
  count = 1
  statement {
    sid     = ""
    actions = ["s3:GetBucketVersioning", "s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
    resources = [
      join("", aws_s3_bucket.artifacts[*].arn),
      "${join("", aws_s3_bucket.artifacts[*].arn)}/*",
    ]
  }
}

data "aws_iam_policy_document" "build" {
  statement {
    sid       = ""
    actions   = ["codebuild:*"]
    resources = [module.build.project_id]
  }
}

data "aws_iam_policy_document" "connection" {
  count = local.by_connection ? 1 : 0
  statement {
    sid       = ""
    actions   = ["codestar-connections:UseConnection"]
    resources = [var.connection_arn]
    condition {
      test     = "ForAllValues:StringEquals"
      variable = "codestar-connections:FullRepositoryId"
      values   = [format("%s/%s", var.owner, var.repository)]
    }
  }
}

resource "aws_iam_policy" "everything" {
  count  = 1
  name   = module.label.id
  policy = data.aws_iam_policy_document.everything.json
}

resource "aws_iam_policy" "artifacts" {
  count  = 1
  name   = "${module.label.id}-artifacts"
  policy = join("", data.aws_iam_policy_document.artifacts[*].json)
}

resource "aws_iam_policy" "build" {
  count  = 1
  name   = "${module.label.id}-build"
  policy = data.aws_iam_policy_document.build.json
}

resource "aws_iam_policy" "connection" {
  count  = local.by_connection ? 1 : 0
  name   = module.label_connection.id
  policy = join("", data.aws_iam_policy_document.connection[*].json)
}

resource "aws_iam_role_policy_attachment" "everything" {
  count      = 1
  role       = join("", aws_iam_role.pipeline[*].id)
  policy_arn = join("", aws_iam_policy.everything[*].arn)
}

resource "aws_iam_role_policy_attachment" "artifacts" {
  count      = 1
  role       = join("", aws_iam_role.pipeline[*].id)
  policy_arn = join("", aws_iam_policy.artifacts[*].arn)
}

resource "aws_iam_role_policy_attachment" "build" {
  count      = 1
  role       = join("", aws_iam_role.pipeline[*].id)
  policy_arn = join("", aws_iam_policy.build[*].arn)
}

resource "aws_iam_role_policy_attachment" "connection" {
  count      = local.by_connection ? 1 : 0
  role       = join("", aws_iam_role.pipeline[*].id)
  policy_arn = join("", aws_iam_policy.connection[*].arn)
}

module "build" {
  source     = "../builder"
  name       = var.name
  buildspec  = var.buildspec
  privileged = var.privileged
  image      = var.image
}

resource "aws_iam_role_policy_attachment" "build_artifacts" {
  count      = 1
  role       = module.build.role_id
  policy_arn = join("", aws_iam_policy.artifacts[*].arn)
}

resource "aws_iam_role_policy_attachment" "build_connection" {
  count      = local.by_connection && var.artifact_format == "CODEBUILD_CLONE_REF" ? 1 : 0
  role       = module.build.role_id
  policy_arn = join("", aws_iam_policy.connection[*].arn)
}

resource "aws_iam_role_policy_attachment" "build_more" {
  for_each   = toset(var.more_policies)
  role       = module.build.role_id
  policy_arn = each.value
}

resource "aws_codepipeline" "token" {
  count    = local.by_token ? 1 : 0
  name     = module.label.id
  role_arn = join("", aws_iam_role.pipeline[*].arn)

  artifact_store {
    location = join("", aws_s3_bucket.artifacts[*].bucket)
    type     = "S3"
  }

  depends_on = [
    aws_iam_role_policy_attachment.everything,
    aws_iam_role_policy_attachment.artifacts,
    aws_iam_role_policy_attachment.build,
    aws_iam_role_policy_attachment.build_artifacts,
    aws_iam_role_policy_attachment.build_more,
  ]

  stage {
    name = "Source"
    action {
      name             = "Source"
      category         = "Source"
      owner            = "ThirdParty"
      provider         = "GitHub"
      version          = "1"
      output_artifacts = ["code"]
      configuration = {
        OAuthToken           = var.github_token
        Owner                = var.owner
        Repo                 = var.repository
        Branch               = var.branch
        PollForSourceChanges = false
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
      input_artifacts  = ["code"]
      output_artifacts = ["task"]
      configuration    = { ProjectName = module.build.project_name }
    }
  }

  stage {
    name = "Deploy"
    action {
      name            = "Deploy"
      category        = "Deploy"
      owner           = "AWS"
      provider        = "ECS"
      version         = "1"
      input_artifacts = ["task"]
      configuration   = { ClusterName = var.cluster, ServiceName = var.service }
    }
  }

  lifecycle {
    ignore_changes = [stage[0].action[0].configuration]
  }
}

resource "aws_codepipeline" "connection" {
  count    = local.by_connection ? 1 : 0
  name     = module.label.id
  role_arn = join("", aws_iam_role.pipeline[*].arn)

  artifact_store {
    location = join("", aws_s3_bucket.artifacts[*].bucket)
    type     = "S3"
  }

  depends_on = [
    aws_iam_role_policy_attachment.everything,
    aws_iam_role_policy_attachment.artifacts,
    aws_iam_role_policy_attachment.build,
    aws_iam_role_policy_attachment.build_artifacts,
    aws_iam_role_policy_attachment.connection,
    aws_iam_role_policy_attachment.build_more,
  ]

  stage {
    name = "Source"
    action {
      name             = "Source"
      category         = "Source"
      owner            = "AWS"
      provider         = "CodeStarSourceConnection"
      version          = "1"
      output_artifacts = ["code"]
      configuration = {
        ConnectionArn        = var.connection_arn
        FullRepositoryId     = format("%s/%s", var.owner, var.repository)
        BranchName           = var.branch
        OutputArtifactFormat = var.artifact_format
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
      input_artifacts  = ["code"]
      output_artifacts = ["task"]
      configuration    = { ProjectName = module.build.project_name }
    }
  }

  stage {
    name = "Deploy"
    action {
      name            = "Deploy"
      category        = "Deploy"
      owner           = "AWS"
      provider        = "ECS"
      version         = "1"
      input_artifacts = ["task"]
      configuration   = { ClusterName = var.cluster, ServiceName = var.service }
    }
  }
}

resource "aws_codepipeline_webhook" "this" {
  count           = var.webhook_enabled ? 1 : 0
  name            = module.label.id
  authentication  = "GITHUB_HMAC"
  target_action   = "Source"
  target_pipeline = join("", aws_codepipeline.token[*].name)

  authentication_configuration {
    secret_token = var.webhook_secret
  }

  filter {
    json_path    = "$.ref"
    match_equals = "refs/heads/{Branch}"
  }
}
