# What the build gets, and what its role may do.

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
    condition = { for each in jsondecode(aws_iam_role_policy.build.policy).Statement : each.Sid => each.Resource } == {
      Artifacts      = ["arn:aws:s3:::shop/*"]
      ArtifactBucket = ["arn:aws:s3:::shop"]
      EcrLogin       = ["*"]
      Log            = ["arn:aws:logs:eu-west-1:111122223333:log-group:mock", "arn:aws:logs:eu-west-1:111122223333:log-group:mock:*"]
      Pull           = [var.repository.arn]
      Push           = [var.repository.arn]
    }
    error_message = "The build reaches the repository, its log and the artifacts, and nothing else."
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
    condition = {
      for each in jsondecode(aws_iam_role_policy.build.policy).Statement : each.Sid => each.Resource if contains(["ArtifactKey", "Parameters"], each.Sid)
      } == {
      ArtifactKey = [var.artifact_store.kms_key]
      Parameters  = ["arn:aws:ssm:eu-west-1:111122223333:parameter/shop/npm"]
    }
    error_message = "The build decrypts artifacts, and reads the parameter."
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
