# What the build gets, and what its role may do: whole statements, so that no action, resource or
# condition changes unseen. The later runs leave out `usual`, the statements that the first compares.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name = "web"
  repository = {
    name = "shop/web"
    arn  = "arn:aws:ecr:eu-west-1:111122223333:repository/shop/web"
    url  = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop/web"
  }
  artifact_store = { bucket = "shop", bucket_arn = "arn:aws:s3:::shop" }
  key            = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d"
  usual          = ["Artifacts", "ArtifactBucket", "EcrLogin", "Log", "Push"]
}

run "defaults" {
  assert {
    condition = { for each in aws_codebuild_project.this.environment[0].environment_variable : each.name => each.value } == {
      BUILD_CONTEXT  = "."
      CONTAINER_NAME = "web"
      DOCKERFILE     = "Dockerfile"
      IMAGE_TAG      = "latest"
      REPOSITORY_URI = var.repository.url
    }
    error_message = "The buildspec gets what it needs."
  }

  assert {
    condition     = aws_codebuild_project.this.source[0].type == "CODEPIPELINE" && aws_codebuild_project.this.source[0].buildspec == file("${path.module}/buildspecs/base.yml")
    error_message = "A pipeline has the sources, and the module the buildspec."
  }

  assert {
    condition = { for each in jsondecode(aws_iam_role_policy.build.policy).Statement : each.Sid => each } == {
      Artifacts      = { Sid = "Artifacts", Effect = "Allow", Action = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"], Resource = ["arn:aws:s3:::shop/*"] }
      ArtifactBucket = { Sid = "ArtifactBucket", Effect = "Allow", Action = ["s3:GetBucketAcl", "s3:GetBucketLocation"], Resource = ["arn:aws:s3:::shop"] }
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
        Resource = [var.repository.arn]
      }
    }
    error_message = "The build reaches the repository, its log and the artifacts, and nothing else."
  }

  assert {
    condition = jsondecode(aws_iam_role.build.assume_role_policy) == {
      Version = "2012-10-17"
      Statement = [{
        Effect    = "Allow"
        Principal = { Service = "codebuild.amazonaws.com" }
        Action    = "sts:AssumeRole"
        Condition = {
          StringEquals = { "aws:SourceAccount" = "111122223333" }
          ArnLike      = { "aws:SourceArn" = "arn:aws:codebuild:eu-west-1:111122223333:project/web" }
        }
      }]
    }
    error_message = "Only this project, of this account, takes the role."
  }

  assert {
    condition     = output.role_arn == aws_iam_role.build.arn && output.name == "web" && output.log_group_name == "/aws/codebuild/web"
    error_message = "A pipeline of one's own can use it."
  }
}

run "everything" {
  command = plan

  variables {
    artifact_store = {
      bucket     = "shop"
      bucket_arn = "arn:aws:s3:::shop"
      kms_key    = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d"
    }
    build = {
      cache       = "registry"
      environment = { NPM_TOKEN = { parameter = "shop/npm" } }
      vpc         = { vpc = "vpc-0123abcd", subnets = ["subnet-0123abcd"], security_groups = ["sg-0123abcd"] }
    }
    permissions_boundary = "arn:aws:iam::111122223333:policy/boundary"
    tag                  = "stable"
    tags                 = { Team = "shop" }
  }

  assert {
    condition = { for each in jsondecode(aws_iam_role_policy.build.policy).Statement : each.Sid => each if !contains(var.usual, each.Sid) } == {
      ArtifactKey = {
        Sid    = "ArtifactKey"
        Effect = "Allow"
        Action = [
          "kms:Decrypt",
          "kms:DescribeKey",
          "kms:Encrypt",
          "kms:GenerateDataKey",
          "kms:ReEncryptFrom",
          "kms:ReEncryptTo",
        ]
        Resource = [var.artifact_store.kms_key]
      }
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
      Parameters = { Sid = "Parameters", Effect = "Allow", Action = ["ssm:GetParameters"], Resource = ["arn:aws:ssm:eu-west-1:111122223333:parameter/shop/npm"] }
      Pull       = { Sid = "Pull", Effect = "Allow", Action = ["ecr:GetDownloadUrlForLayer"], Resource = [var.repository.arn] }
    }
    error_message = "The build decrypts artifacts, reads the parameter, takes layers, and has interfaces in its own network."
  }

  assert {
    condition = {
      for each in aws_codebuild_project.this.environment[0].environment_variable : each.name => each.value if contains(["CACHE", "IMAGE_TAG"], each.name)
    } == { CACHE = "registry", IMAGE_TAG = "stable" }
    error_message = "Layers are reused from the image under the tag."
  }

  assert {
    condition     = aws_codebuild_project.this.vpc_config[0].vpc_id == "vpc-0123abcd" && aws_codebuild_project.this.encryption_key == var.artifact_store.kms_key
    error_message = "It runs in the network, and encrypts with the key."
  }

  assert {
    condition     = aws_iam_role.build.permissions_boundary == var.permissions_boundary && aws_iam_role.build.tags == tomap({ Team = "shop" })
    error_message = "The role is bounded and tagged."
  }
}

run "secrets_and_build_image" {
  command = plan

  variables {
    build = {
      image = "444455556666.dkr.ecr.us-east-1.amazonaws.com/tools/builder:2"
      environment = {
        NPM_TOKEN = { secret = "shop/npm:token", kms_key = var.key }
        PYPI      = { secret = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/pypi-AbCdEf:token" }
      }
    }
  }

  assert {
    condition = { for each in jsondecode(aws_iam_role_policy.build.policy).Statement : each.Sid => each if !contains(var.usual, each.Sid) } == {
      BuildImage = { Sid = "BuildImage", Effect = "Allow", Action = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], Resource = ["arn:aws:ecr:us-east-1:444455556666:repository/tools/builder"] }
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
    error_message = "The build pulls its own image, and reads these secrets."
  }
}

run "simple_example" {
  command = plan

  module {
    source = "./examples/simple"
  }
}

run "example_with_a_pipeline" {
  command = plan

  module {
    source = "./examples/own-pipeline"
  }

  assert {
    condition     = aws_codepipeline.web.stage[1].action[0].configuration.ProjectName == "shop-web"
    error_message = "The pipeline runs the build."
  }
}
