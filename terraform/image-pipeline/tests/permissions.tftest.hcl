# What each role may do. A policy is known when what it names exists, so the first run applies, and
# nothing in it is protected from the destruction at the end.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name       = "web"
  code       = { codecommit = "web-source" }
  repository = { protect = false }
  connection = "arn:aws:codeconnections:eu-west-1:111122223333:connection/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
  key        = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
}

run "defaults" {
  assert {
    condition = { for each in jsondecode(aws_iam_role_policy.build.policy).Statement : each.Sid => each.Resource } == {
      Artifacts      = ["arn:aws:s3:::mock-bucket/*"]
      ArtifactBucket = ["arn:aws:s3:::mock-bucket"]
      EcrLogin       = ["*"]
      Log            = ["arn:aws:logs:eu-west-1:111122223333:log-group:mock", "arn:aws:logs:eu-west-1:111122223333:log-group:mock:*"]
      Pull           = ["arn:aws:ecr:eu-west-1:111122223333:repository/mock"]
      Push           = ["arn:aws:ecr:eu-west-1:111122223333:repository/mock"]
    }
    error_message = "The build reaches its own repository, log and artifacts, and nothing else."
  }

  assert {
    condition = { for each in jsondecode(aws_iam_role_policy.pipeline.policy).Statement : each.Sid => each.Resource } == {
      Artifacts      = ["arn:aws:s3:::mock-bucket/*"]
      ArtifactBucket = ["arn:aws:s3:::mock-bucket"]
      Build          = ["arn:aws:codebuild:eu-west-1:111122223333:project/mock"]
      Source         = ["arn:aws:codecommit:eu-west-1:111122223333:web-source"]
    }
    error_message = "The pipeline reaches its source, its build and its artifacts, and nothing else."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.committed[0].policy).Statement[*].Resource == [["arn:aws:codepipeline:eu-west-1:111122223333:mock"]]
    error_message = "A rule starts this pipeline, and nothing else."
  }

  assert {
    condition     = jsondecode(aws_iam_role.build.assume_role_policy).Statement[0].Condition.ArnLike["aws:SourceArn"] == "arn:aws:codebuild:eu-west-1:111122223333:project/web"
    error_message = "Only this project takes the role."
  }

  assert {
    condition     = jsondecode(aws_iam_role.pipeline.assume_role_policy).Statement[0].Condition.ArnLike["aws:SourceArn"] == "arn:aws:codepipeline:eu-west-1:111122223333:web"
    error_message = "Only this pipeline takes the role."
  }

  assert {
    condition     = jsondecode(aws_iam_role.committed[0].assume_role_policy).Statement[0].Condition.ArnLike["aws:SourceArn"] == "arn:aws:events:eu-west-1:111122223333:rule/mock"
    error_message = "Only this rule takes the role."
  }
}

run "deployment" {
  command = plan

  variables {
    approval = { sns_topic = "arn:aws:sns:eu-west-1:111122223333:releases" }
    deploy   = { ecs = { cluster = "prod", service = "web", container = "web" } }
  }

  assert {
    condition = {
      for each in jsondecode(aws_iam_role_policy.pipeline.policy).Statement : each.Sid => each.Resource
      if contains(["AskForApproval", "PassTaskRoles", "Service", "TagTaskDefinition", "Tasks"], each.Sid)
      } == {
      AskForApproval    = ["arn:aws:sns:eu-west-1:111122223333:releases"]
      PassTaskRoles     = ["arn:aws:iam::111122223333:role/execution", "arn:aws:iam::111122223333:role/task"]
      Service           = ["arn:aws:ecs:eu-west-1:111122223333:service/prod/web"]
      TagTaskDefinition = ["arn:aws:ecs:eu-west-1:111122223333:task-definition/web:*"]
      Tasks             = ["arn:aws:ecs:eu-west-1:111122223333:task/prod/*"]
    }
    error_message = "The pipeline updates this service, and passes on the roles that its tasks have."
  }

  assert {
    condition = one([
      for each in jsondecode(aws_iam_role_policy.pipeline.policy).Statement : each.Condition if each.Sid == "PassTaskRoles"
    ]) == { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
    error_message = "The roles are passed to tasks only."
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
    condition = {
      for each in jsondecode(aws_iam_role_policy.build.policy).Statement : each.Sid => each.Resource
      if contains(["Parameters", "Secrets", "VariableKeys"], each.Sid)
      } == {
      Parameters = ["arn:aws:ssm:eu-west-1:111122223333:parameter/shop/license"]
      Secrets = [
        "arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/npm-??????",
        "arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/pypi-AbCdEf",
      ]
      VariableKeys = [var.key]
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
    condition = {
      for each in jsondecode(aws_iam_role_policy.build.policy).Statement : each.Sid => each.Resource
      if contains(["BuildImage", "CreateNetworkInterface"], each.Sid)
      } == {
      BuildImage = ["arn:aws:ecr:us-east-1:444455556666:repository/tools/builder"]
      CreateNetworkInterface = [
        "arn:aws:ec2:eu-west-1:111122223333:network-interface/*",
        "arn:aws:ec2:eu-west-1:111122223333:subnet/subnet-0123abcd",
        "arn:aws:ec2:eu-west-1:111122223333:security-group/sg-0123abcd",
      ]
    }
    error_message = "The build pulls its own image, and has interfaces in its own network."
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
    condition = {
      for each in jsondecode(aws_iam_role_policy.build.policy).Statement : each.Sid => each.Resource
      if contains(["ArtifactKey", "PullBaseImage", "SourceClone"], each.Sid)
      } == {
      ArtifactKey   = [var.key]
      PullBaseImage = ["arn:aws:ecr:eu-west-1:111122223333:repository/design/fonts"]
      SourceClone   = [var.connection]
    }
    error_message = "The build clones with the connection, decrypts artifacts, and pulls its base."
  }

  assert {
    condition = {
      for each in jsondecode(aws_iam_role_policy.pipeline.policy).Statement : each.Sid => each.Resource
      if contains(["ArtifactKey", "DescribeBaseImage", "Source"], each.Sid)
      } == {
      ArtifactKey       = [var.key]
      DescribeBaseImage = ["arn:aws:ecr:eu-west-1:111122223333:repository/design/fonts"]
      Source            = [var.connection]
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
      for each in jsondecode(aws_iam_role_policy.pipeline.policy).Statement : each.Sid => each.Resource
      if startswith(each.Sid, "Source")
      } == {
      Source       = ["arn:aws:s3:::acme-sources/shop/$${*}.zip"]
      SourceBucket = ["arn:aws:s3:::acme-sources"]
      SourceKey    = [var.key]
    }
    error_message = "The pipeline reads this object, even if its key looks like a pattern."
  }
}
