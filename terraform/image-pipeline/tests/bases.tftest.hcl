# What the image is built on, and rebuilt on exactly that digest.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name = "web"
  code = { codecommit = "web" }
  ours = {
    name           = "base"
    repository     = "shop/base"
    repository_arn = "arn:aws:ecr:eu-west-1:111122223333:repository/shop/base"
    repository_url = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop/base"
    tag            = "stable"
  }
}

run "none" {
  command = plan

  assert {
    condition     = [for action in aws_codepipeline.this.stage[0].action : action.name] == ["Source"]
    error_message = "There is nothing to fetch but the source."
  }

  assert {
    condition     = length(aws_cloudwatch_event_rule.base_pushed) == 0
    error_message = "Nobody's push starts the pipeline."
  }

  assert {
    condition     = aws_codebuild_project.this.source[0].buildspec == file("${path.module}/buildspecs/base.yml")
    error_message = "The buildspec without base images."
  }
}

run "image_of_another_module" {
  command = plan

  variables {
    base = var.ours
  }

  assert {
    condition     = [for action in aws_codepipeline.this.stage[0].action : action.name] == ["BaseImage", "Source"]
    error_message = "The base image is fetched beside the source."
  }

  assert {
    condition = aws_codepipeline.this.stage[0].action[0].provider == "ECR" && aws_codepipeline.this.stage[0].action[0].configuration == tomap({
      RepositoryName = "shop/base"
      ImageTag       = "stable"
    })
    error_message = "The tag that moves."
  }

  assert {
    condition = jsondecode(aws_codepipeline.this.stage[1].action[0].configuration.EnvironmentVariables) == [
      { name = "COMMIT_ID", value = "#{Source.CommitId}", type = "PLAINTEXT" },
      { name = "BASE_IMAGE", value = "${var.ours.repository_url}@#{BaseImage.ImageDigest}", type = "PLAINTEXT" },
    ]
    error_message = "The build gets the digest, which the tag may have left by then."
  }

  assert {
    condition     = aws_codepipeline.this.stage[1].action[0].input_artifacts == tolist(["SourceArtifact", "BaseImage"])
    error_message = "Both artifacts reach the build."
  }

  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.base_pushed["BASE_IMAGE"].event_pattern) == {
      account     = ["111122223333"]
      source      = ["aws.ecr"]
      detail-type = ["ECR Image Action"]
      detail = {
        action-type     = ["PUSH"]
        result          = ["SUCCESS"]
        repository-name = ["shop/base"]
        image-tag       = ["stable"]
      }
    }
    error_message = "Pushes of this tag, and no others, start the pipeline."
  }

  assert {
    condition = jsondecode(aws_cloudwatch_event_target.base_pushed["BASE_IMAGE"].input_transformer[0].input_template) == {
      sourceRevisions = [{ actionName = "BaseImage", revisionType = "IMAGE_DIGEST", revisionValue = "<revision>" }]
    } && aws_cloudwatch_event_target.base_pushed["BASE_IMAGE"].input_transformer[0].input_paths == tomap({ revision = "$.detail.image-digest" })
    error_message = "The pipeline builds on the digest of the event."
  }

  assert {
    condition     = one([for each in aws_codebuild_project.this.environment[0].environment_variable : each.value if each.name == "BASE_IMAGES"]) == "BASE_IMAGE"
    error_message = "The buildspec takes the names of its build arguments from here."
  }

  assert {
    condition     = aws_codebuild_project.this.source[0].buildspec == file("${path.module}/buildspecs/app.yml")
    error_message = "The buildspec with base images."
  }
}

run "image_from_elsewhere" {
  command = plan

  variables {
    base = { repository = "design/fonts", tag = "newest" }
  }

  assert {
    condition = jsondecode(aws_codepipeline.this.stage[1].action[0].configuration.EnvironmentVariables)[1] == {
      name  = "BASE_IMAGE"
      value = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/design/fonts@#{BaseImage.ImageDigest}"
      type  = "PLAINTEXT"
    }
    error_message = "It is in this account and region."
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.base_pushed["BASE_IMAGE"].event_pattern).detail.image-tag == ["newest"]
    error_message = "Its pushes start the pipeline, as those of any base."
  }
}

run "several" {
  command = plan

  variables {
    name = "a-name-that-is-as-long-as-a-name-may-bex"
    base = {
      BASE_IMAGE                               = var.ours
      FONTS_IMAGE                              = { repository = "design/fonts", tag = "newest" }
      A_BUILD_ARGUMENT_WITH_A_VERY_LONG_NAME   = { repository = "design/fonts", tag = "first" }
      A_BUILD_ARGUMENT_WITH_A_VERY_LONG_NAME_2 = { repository = "design/fonts", tag = "second" }
    }
  }

  assert {
    condition = toset([for action in aws_codepipeline.this.stage[0].action : action.name]) == toset([
      "ABuildArgumentWithAVeryLongName", "ABuildArgumentWithAVeryLongName2", "BaseImage", "FontsImage", "Source"
    ])
    error_message = "Each has an action of its own."
  }

  assert {
    condition = toset([for each in jsondecode(aws_codepipeline.this.stage[1].action[0].configuration.EnvironmentVariables) : each.name]) == toset(
      concat(["COMMIT_ID"], keys(var.base))
    )
    error_message = "Each is a build argument."
  }

  assert {
    condition     = length(aws_codepipeline.this.stage[1].action[0].input_artifacts) == 5
    error_message = "AWS lets a build have so many, and no more."
  }

  assert {
    condition     = length(distinct([for rule in aws_cloudwatch_event_rule.base_pushed : rule.name])) == 4
    error_message = "A name that is cut still is a name of its own."
  }

  assert {
    condition     = alltrue([for role in aws_iam_role.base_pushed : length(role.name) <= 64])
    error_message = "AWS allows names of roles 64 characters, and those of rules too."
  }
}

run "argument_of_the_build" {
  command = plan

  variables {
    base  = var.ours
    build = { arguments = { BASE_IMAGE = "debian:12" } }
  }

  expect_failures = [aws_codepipeline.this]
}

run "variable_of_the_build" {
  command = plan

  variables {
    base  = { TOOLS = var.ours }
    build = { environment = { TOOLS = { value = "make" } } }
  }

  expect_failures = [aws_codepipeline.this]
}
