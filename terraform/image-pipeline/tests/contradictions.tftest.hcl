# What each is right alone, but not together.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name = "web"
  code = { codecommit = "web" }
}

run "base_of_another_region" {
  command = plan

  variables {
    base = {
      name           = "base"
      repository     = "base"
      repository_arn = "arn:aws:ecr:us-east-1:111122223333:repository/base"
      repository_url = "111122223333.dkr.ecr.us-east-1.amazonaws.com/base"
      tag            = "latest"
    }
  }

  expect_failures = [aws_codepipeline.this]
}

run "base_of_another_account" {
  command = plan

  variables {
    base = {
      repository     = "base"
      repository_arn = "arn:aws:ecr:eu-west-1:444455556666:repository/base"
      repository_url = "444455556666.dkr.ecr.eu-west-1.amazonaws.com/base"
      tag            = "latest"
    }
  }

  expect_failures = [aws_codepipeline.this]
}

run "queue_of_another_region" {
  command = plan

  variables {
    dead_letters = { arn = "arn:aws:sqs:us-east-1:111122223333:dead-letters" }
  }

  expect_failures = [aws_codepipeline.this]
}

run "key_of_no_bucket" {
  command = plan

  variables {
    artifacts      = { kms_key = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d" }
    artifact_store = { bucket = "shop-store", bucket_arn = "arn:aws:s3:::shop-store" }
  }

  expect_failures = [aws_codepipeline.this]
}

run "name_of_an_existing_repository" {
  command = plan

  variables {
    repository = { existing = "shop/web", name = "shop/other" }
  }

  expect_failures = [aws_codepipeline.this]
}

run "base_with_nothing_but_a_name" {
  command = plan

  variables {
    base = { repository = "base", repository_arn = null, repository_url = null, tag = "latest" }
  }

  assert {
    condition     = strcontains(aws_codepipeline.this.stage[1].action[0].configuration.EnvironmentVariables, "111122223333.dkr.ecr.eu-west-1.amazonaws.com/base@")
    error_message = "What is null is as if it were not given."
  }
}

run "url_for_a_name" {
  command = plan

  variables {
    base       = { repository = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/base", tag = "latest" }
    repository = { existing = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/web" }
  }

  expect_failures = [var.base, var.repository]
}
