# What the roles of the build and of the pipeline may do: whole statements, so that no action, resource
# or condition changes unseen. All runs plan, and nothing exists before: a reviewer reads the policies
# in the first plan. The later runs leave out `usual`, the statements that the first one compares.
# policies.tftest.hcl has the other roles.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name       = "web"
  code       = { codecommit = "web-source" }
  connection = "arn:aws:codeconnections:eu-west-1:111122223333:connection/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
  key        = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
  usual      = ["Artifacts", "ArtifactBucket", "Build", "EcrLogin", "Log", "Push", "Source"]
  key_use    = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"]
  pull       = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
  connect    = ["codeconnections:UseConnection", "codestar-connections:UseConnection"]
}

run "defaults" {
  command = plan

  assert {
    condition = { for each in jsondecode(aws_iam_role_policy.build.policy).Statement : each.Sid => each } == {
      Artifacts      = { Sid = "Artifacts", Effect = "Allow", Action = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"], Resource = ["arn:aws:s3:::web-artifacts-111122223333-eu-west-1/*"] }
      ArtifactBucket = { Sid = "ArtifactBucket", Effect = "Allow", Action = ["s3:GetBucketAcl", "s3:GetBucketLocation"], Resource = ["arn:aws:s3:::web-artifacts-111122223333-eu-west-1"] }
      EcrLogin       = { Sid = "EcrLogin", Effect = "Allow", Action = ["ecr:GetAuthorizationToken"], Resource = ["*"] }
      Log = {
        Sid      = "Log"
        Effect   = "Allow"
        Action   = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["arn:aws:logs:eu-west-1:111122223333:log-group:/aws/codebuild/web", "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/codebuild/web:*"]
      }
      Push = {
        Sid    = "Push"
        Effect = "Allow"
        Action = [
          "ecr:BatchCheckLayerAvailability",
          "ecr:BatchGetImage",
          "ecr:CompleteLayerUpload",
          "ecr:InitiateLayerUpload",
          "ecr:PutImage",
          "ecr:UploadLayerPart",
        ]
        Resource = ["arn:aws:ecr:eu-west-1:111122223333:repository/web"]
      }
    }
    error_message = "The build reaches its own repository, log and artifacts, and nothing else."
  }

  assert {
    condition = { for each in jsondecode(aws_iam_role_policy.pipeline.policy).Statement : each.Sid => each } == {
      Artifacts      = { Sid = "Artifacts", Effect = "Allow", Action = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"], Resource = ["arn:aws:s3:::web-artifacts-111122223333-eu-west-1/*"] }
      ArtifactBucket = { Sid = "ArtifactBucket", Effect = "Allow", Action = ["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"], Resource = ["arn:aws:s3:::web-artifacts-111122223333-eu-west-1"] }
      Build          = { Sid = "Build", Effect = "Allow", Action = ["codebuild:BatchGetBuilds", "codebuild:StartBuild"], Resource = ["arn:aws:codebuild:eu-west-1:111122223333:project/web"] }
      Source = {
        Sid    = "Source"
        Effect = "Allow"
        Action = [
          "codecommit:CancelUploadArchive",
          "codecommit:GetBranch",
          "codecommit:GetCommit",
          "codecommit:GetUploadArchiveStatus",
          "codecommit:UploadArchive",
        ]
        Resource = ["arn:aws:codecommit:eu-west-1:111122223333:web-source"]
      }
    }
    error_message = "The pipeline reaches its source, its build and its artifacts, and nothing else."
  }

  assert {
    condition = toset([
      for role in [aws_iam_role_policy.build, aws_iam_role_policy.pipeline] : jsondecode(role.policy).Version
    ]) == toset(["2012-10-17"])
    error_message = "The version of the policy language that has everything."
  }
}

run "registry_cache" {
  command = plan

  variables {
    build = { cache = "registry" }
  }

  assert {
    condition = { for each in jsondecode(aws_iam_role_policy.build.policy).Statement : each.Sid => each if !contains(var.usual, each.Sid) } == {
      Pull = { Sid = "Pull", Effect = "Allow", Action = ["ecr:GetDownloadUrlForLayer"], Resource = ["arn:aws:ecr:eu-west-1:111122223333:repository/web"] }
    }
    error_message = "The build takes layers from the image it pushed before."
  }
}

run "own_buildspec" {
  command = plan

  variables {
    build = { buildspec = "ci/buildspec.yml" }
  }

  assert {
    condition     = contains(jsondecode(aws_iam_role_policy.build.policy).Statement[*].Sid, "Pull")
    error_message = "Nobody sees here whether such a build takes layers from the image it pushed before."
  }
}

run "deployment" {
  command = plan

  variables {
    approval = { sns_topic = "arn:aws:sns:eu-west-1:111122223333:releases" }
    deploy   = { ecs = { cluster = "prod", service = "web", container = "web" } }
  }

  assert {
    condition = { for each in jsondecode(aws_iam_role_policy.pipeline.policy).Statement : each.Sid => each if !contains(var.usual, each.Sid) } == {
      AskForApproval = { Sid = "AskForApproval", Effect = "Allow", Action = ["sns:Publish"], Resource = ["arn:aws:sns:eu-west-1:111122223333:releases"] }
      PassTaskRoles = {
        Sid       = "PassTaskRoles"
        Effect    = "Allow"
        Action    = ["iam:PassRole"]
        Resource  = ["arn:aws:iam::111122223333:role/execution", "arn:aws:iam::111122223333:role/task"]
        Condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
      }
      Service = { Sid = "Service", Effect = "Allow", Action = ["ecs:DescribeServices", "ecs:UpdateService"], Resource = ["arn:aws:ecs:eu-west-1:111122223333:service/prod/web"] }
      TagTaskDefinition = {
        Sid       = "TagTaskDefinition"
        Effect    = "Allow"
        Action    = ["ecs:TagResource"]
        Resource  = ["arn:aws:ecs:eu-west-1:111122223333:task-definition/web:*"]
        Condition = { StringEquals = { "ecs:CreateAction" = "RegisterTaskDefinition" } }
      }
      TaskDefinition = { Sid = "TaskDefinition", Effect = "Allow", Action = ["ecs:DescribeTaskDefinition", "ecs:RegisterTaskDefinition"], Resource = ["*"] }
    }
    error_message = "The pipeline updates this service, and passes on the roles that its tasks have, to tasks only."
  }
}

run "deployment_with_task_roles" {
  command = plan

  variables {
    deploy = { ecs = { cluster = "prod", service = "web", container = "web", task_roles = ["arn:aws:iam::111122223333:role/web"] } }
  }

  assert {
    condition = one([
      for each in jsondecode(aws_iam_role_policy.pipeline.policy).Statement : each.Resource if each.Sid == "PassTaskRoles"
    ]) == ["arn:aws:iam::111122223333:role/web"]
    error_message = "The roles that were given, and none that was read."
  }

  assert {
    condition = one([
      for each in jsondecode(aws_iam_role_policy.pipeline.policy).Statement : each if each.Sid == "TagTaskDefinition"
      ]) == {
      Sid       = "TagTaskDefinition"
      Effect    = "Allow"
      Action    = ["ecs:TagResource"]
      Resource  = ["arn:aws:ecs:eu-west-1:111122223333:task-definition/*:*"]
      Condition = { StringEquals = { "ecs:CreateAction" = "RegisterTaskDefinition" } }
    }
    error_message = "The family is not read either, but tags are for new revisions only."
  }
}

run "deployment_without_task_roles" {
  command = plan

  variables {
    deploy = { ecs = { cluster = "prod", service = "web", container = "web", task_roles = [] } }
  }

  assert {
    condition     = !contains(jsondecode(aws_iam_role_policy.pipeline.policy).Statement[*].Sid, "PassTaskRoles")
    error_message = "Without roles nothing is passed on."
  }
}

run "secrets_and_parameters" {
  command = plan

  variables {
    build = {
      environment = {
        STAGE     = { value = "production" }
        NPM_TOKEN = { secret = "shop/npm:token", kms_key = var.key }
        PYPI      = { secret = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/pypi-AbCdEf:token" }
        LICENSE   = { parameter = "/shop/license" }
      }
    }
  }

  assert {
    condition = { for each in jsondecode(aws_iam_role_policy.build.policy).Statement : each.Sid => each if !contains(var.usual, each.Sid) } == {
      Parameters = { Sid = "Parameters", Effect = "Allow", Action = ["ssm:GetParameters"], Resource = ["arn:aws:ssm:eu-west-1:111122223333:parameter/shop/license"] }
      Secrets = {
        Sid    = "Secrets"
        Effect = "Allow"
        Action = ["secretsmanager:GetSecretValue"]
        Resource = [
          "arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/npm-??????",
          "arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/pypi-AbCdEf",
        ]
      }
      VariableKeys = { Sid = "VariableKeys", Effect = "Allow", Action = ["kms:Decrypt"], Resource = [var.key] }
    }
    error_message = "The build reads these secrets and this parameter, and decrypts with this key."
  }
}

run "network_and_build_image" {
  command = plan

  variables {
    build = {
      image = "444455556666.dkr.ecr.us-east-1.amazonaws.com/tools/builder:2"
      vpc   = { vpc = "vpc-0123abcd", subnets = ["subnet-0123abcd"], security_groups = ["sg-0123abcd"] }
    }
  }

  assert {
    condition = { for each in jsondecode(aws_iam_role_policy.build.policy).Statement : each.Sid => each if !contains(var.usual, each.Sid) } == {
      BuildImage = { Sid = "BuildImage", Effect = "Allow", Action = concat(["ecr:BatchCheckLayerAvailability"], var.pull), Resource = ["arn:aws:ecr:us-east-1:444455556666:repository/tools/builder"] }
      CreateNetworkInterface = {
        Sid    = "CreateNetworkInterface"
        Effect = "Allow"
        Action = ["ec2:CreateNetworkInterface"]
        Resource = [
          "arn:aws:ec2:eu-west-1:111122223333:network-interface/*",
          "arn:aws:ec2:eu-west-1:111122223333:subnet/subnet-0123abcd",
          "arn:aws:ec2:eu-west-1:111122223333:security-group/sg-0123abcd",
        ]
      }
      DeleteNetworkInterface = { Sid = "DeleteNetworkInterface", Effect = "Allow", Action = ["ec2:DeleteNetworkInterface"], Resource = ["arn:aws:ec2:eu-west-1:111122223333:network-interface/*"] }
      DescribeNetwork = {
        Sid    = "DescribeNetwork"
        Effect = "Allow"
        Action = [
          "ec2:DescribeDhcpOptions",
          "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeSecurityGroups",
          "ec2:DescribeSubnets",
          "ec2:DescribeVpcs",
        ]
        Resource = ["*"]
      }
      LendNetworkInterface = {
        Sid      = "LendNetworkInterface"
        Effect   = "Allow"
        Action   = ["ec2:CreateNetworkInterfacePermission"]
        Resource = ["arn:aws:ec2:eu-west-1:111122223333:network-interface/*"]
        Condition = {
          StringEquals = { "ec2:AuthorizedService" = "codebuild.amazonaws.com" }
          ArnEquals    = { "ec2:Subnet" = ["arn:aws:ec2:eu-west-1:111122223333:subnet/subnet-0123abcd"] }
        }
      }
    }
    error_message = "The build pulls its own image, and has interfaces in its own network, for CodeBuild only."
  }

  assert {
    condition     = aws_codebuild_project.this.environment[0].image_pull_credentials_type == "SERVICE_ROLE" && aws_codebuild_project.this.vpc_config[0].subnets == toset(["subnet-0123abcd"])
    error_message = "An image in ECR is pulled with the build's role, from within the network."
  }
}

run "keys_and_clones" {
  command = plan

  variables {
    code                 = { connection = var.connection, repository = "acme/web", full_clone = true }
    artifacts            = { kms_key = var.key }
    permissions_boundary = "arn:aws:iam::111122223333:policy/boundary"
    schedule             = "rate(1 day)"
    base                 = { repository = "design/fonts", tag = "newest" }
  }

  assert {
    condition = { for each in jsondecode(aws_iam_role_policy.build.policy).Statement : each.Sid => each if !contains(var.usual, each.Sid) } == {
      ArtifactKey   = { Sid = "ArtifactKey", Effect = "Allow", Action = var.key_use, Resource = [var.key] }
      PullBaseImage = { Sid = "PullBaseImage", Effect = "Allow", Action = var.pull, Resource = ["arn:aws:ecr:eu-west-1:111122223333:repository/design/fonts"] }
      SourceClone   = { Sid = "SourceClone", Effect = "Allow", Action = var.connect, Resource = [var.connection] }
    }
    error_message = "The build clones with the connection, decrypts artifacts, and pulls its base."
  }

  assert {
    condition = {
      for each in jsondecode(aws_iam_role_policy.pipeline.policy).Statement : each.Sid => each if each.Sid == "Source" || !contains(var.usual, each.Sid)
      } == {
      ArtifactKey       = { Sid = "ArtifactKey", Effect = "Allow", Action = var.key_use, Resource = [var.key] }
      DescribeBaseImage = { Sid = "DescribeBaseImage", Effect = "Allow", Action = ["ecr:DescribeImages"], Resource = ["arn:aws:ecr:eu-west-1:111122223333:repository/design/fonts"] }
      Source            = { Sid = "Source", Effect = "Allow", Action = var.connect, Resource = [var.connection] }
    }
    error_message = "The pipeline uses the connection, encrypts artifacts, and looks at its base."
  }

  assert {
    condition = (
      one(aws_codepipeline.this.artifact_store).encryption_key[0].id == var.key &&
      aws_codebuild_project.this.encryption_key == var.key &&
      aws_s3_bucket_server_side_encryption_configuration.artifacts[0].rule[*].apply_server_side_encryption_by_default[0].kms_master_key_id == tolist([var.key])
    )
    error_message = "Whoever writes an artifact encrypts it with the key."
  }

  assert {
    condition = toset([
      for role in [aws_iam_role.build, aws_iam_role.pipeline, aws_iam_role.scheduled[0], aws_iam_role.base_pushed["BASE_IMAGE"]] : role.permissions_boundary
    ]) == toset([var.permissions_boundary])
    error_message = "The boundary bounds every role."
  }
}

run "object_in_an_encrypted_bucket" {
  command = plan

  variables {
    code = { s3 = "acme-sources", key = "shop/*.zip", kms_key = var.key }
  }

  assert {
    condition = {
      for each in jsondecode(aws_iam_role_policy.pipeline.policy).Statement : each.Sid => each if each.Sid == "Source" || !contains(var.usual, each.Sid)
      } == {
      Source       = { Sid = "Source", Effect = "Allow", Action = ["s3:GetObject", "s3:GetObjectVersion"], Resource = ["arn:aws:s3:::acme-sources/shop/$${*}.zip"] }
      SourceBucket = { Sid = "SourceBucket", Effect = "Allow", Action = ["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"], Resource = ["arn:aws:s3:::acme-sources"] }
      SourceKey    = { Sid = "SourceKey", Effect = "Allow", Action = ["kms:Decrypt"], Resource = [var.key] }
    }
    error_message = "The pipeline reads this object, even if its key looks like a pattern."
  }
}
