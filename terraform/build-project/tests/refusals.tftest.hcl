# What is refused before anything is planned. A run breaks one rule of each variable it names, so
# that no rule hides behind another. The rules of `build` are those of image-pipeline, whose tests
# break the others.

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

run "wrong_words" {
  command = plan

  variables {
    name                 = "web-"
    build                = { image = "no image" }
    repository           = { arn = "arn:aws:ecr:shop", url = var.repository.url }
    artifact_store       = { bucket = "S", bucket_arn = "arn:aws:s3:::shop" }
    tag                  = ""
    permissions_boundary = "boundary"
    tags                 = { "" = "shop" }
  }

  expect_failures = [var.name, var.build, var.repository, var.artifact_store, var.tag, var.permissions_boundary, var.tags]
}

run "more_wrong_words" {
  command = plan

  variables {
    build          = { architecture = "riscv" }
    repository     = { name = "shop/web", arn = "shop/web", url = var.repository.url }
    artifact_store = { bucket = "shop", bucket_arn = "shop" }
    tags           = { Team = "shop?" }
  }

  expect_failures = [var.build, var.repository, var.artifact_store, var.tags]
}

run "still_more_wrong_words" {
  command = plan

  variables {
    build          = { platform = "arm64" }
    repository     = { name = "shop/web", arn = var.repository.arn, url = "https://${var.repository.url}" }
    artifact_store = { bucket = "shop", bucket_arn = "arn:aws:s3:::shop", kms_key = "alias/artifacts" }
    tags           = { for number in range(41) : "Tag ${number}" => "" }
  }

  expect_failures = [var.build, var.repository, var.artifact_store, var.tags]
}

run "a_number_out_of_range" {
  command = plan

  variables {
    build = { queued_timeout_minutes = 481 }
  }

  expect_failures = [var.build]
}

run "no_subnet_by_that_name" {
  command = plan

  variables {
    build = { vpc = { vpc = "vpc-0123abcd", subnets = ["private"], security_groups = ["sg-0123abcd"] } }
  }

  expect_failures = [var.build]
}

run "a_variable_with_a_wrong_name" {
  command = plan

  variables {
    build = { environment = { "1st" = { value = "x" } } }
  }

  expect_failures = [var.build]
}

run "a_secret_with_a_wrong_name" {
  command = plan

  variables {
    build = { environment = { NPM = { secret = "shop/npm?" } } }
  }

  expect_failures = [var.build]
}

run "a_local_cache_without_privileges" {
  command = plan

  variables {
    build = { privileged = false, buildspec = "buildspec.yml", cache = "local" }
  }

  expect_failures = [var.build]
}
