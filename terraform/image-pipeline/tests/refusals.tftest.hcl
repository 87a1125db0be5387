# What is refused before anything is planned. A run breaks one rule of each variable it names, so
# that no rule hides behind another.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name       = "web"
  code       = { codecommit = "web" }
  connection = "arn:aws:codeconnections:eu-west-1:111122223333:connection/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
  ours       = { repository = "shop/base", tag = "latest" }
}

run "wrong_words" {
  command = plan

  variables {
    name                 = "Web"
    code                 = { codecommit = "web.git" }
    base                 = "shop/base"
    repository           = { name = "Shop/Web" }
    build                = { dockerfile = "../Dockerfile" }
    tag                  = "-latest"
    mode                 = "fast"
    retry                = "once"
    approval             = { sns_topic = "releases" }
    deploy               = { ecs = { cluster = "arn:aws:ecs:eu-west-1:111122223333:cluster/prod", service = "web", container = "web" } }
    schedule             = "every 7 days"
    artifacts            = { kms_key = "alias/artifacts" }
    artifact_store       = { bucket = "Shop", bucket_arn = "arn:aws:s3:::shop" }
    dead_letters         = { arn = "arn:aws:sqs:eu-west-1:111122223333:events.fifo" }
    permissions_boundary = "boundary"
    tags                 = { "aws:team" = "shop" }
  }

  expect_failures = [
    var.name, var.code, var.base, var.repository, var.build, var.tag, var.mode, var.retry, var.approval, var.deploy, var.schedule,
    var.artifacts, var.artifact_store, var.dead_letters, var.permissions_boundary, var.tags,
  ]
}

run "more_wrong_words" {
  command = plan

  variables {
    name           = "a-name-that-is-longer-than-a-name-may-ever-be-and-that-is-not-cut"
    code           = { connection = "github", repository = "acme/web" }
    base           = { repository = "Shop/Base", tag = "latest" }
    repository     = { existing = "Shop/Web" }
    build          = { compute_type = "SMALL" }
    approval       = { message = " " }
    deploy         = { ecs = { cluster = "prod", service = "we b", container = "web" } }
    artifact_store = { bucket = "shop", bucket_arn = "shop" }
    tags           = { Team = "shop?" }
  }

  expect_failures = [
    var.name, var.code, var.base, var.repository, var.build, var.approval, var.deploy, var.artifact_store, var.tags,
  ]
}

run "still_more_wrong_words" {
  command = plan

  variables {
    code           = { connection = var.connection, repository = "web" }
    base           = { repository = "shop/base", tag = "a tag" }
    repository     = { kms_key = "alias/images" }
    build          = { log_retention_days = 2 }
    deploy         = { ecs = { cluster = "prod", service = "web", container = "we b" } }
    artifact_store = { bucket = "shop", bucket_arn = "arn:aws:s3:::shop", kms_key = "alias/artifacts" }
  }

  expect_failures = [var.code, var.base, var.repository, var.build, var.deploy, var.artifact_store]
}

run "numbers_out_of_range" {
  command = plan

  variables {
    code       = { codecommit = "web", branch = "release/*" }
    base       = { one-base = var.ours }
    repository = { keep_images = 1 }
    build      = { timeout_minutes = 4 }
    deploy     = { ecs = { cluster = "prod", service = "web", container = "web", timeout_minutes = 61 } }
    artifacts  = { expire_days = 0.5 }
  }

  expect_failures = [var.code, var.base, var.repository, var.build, var.deploy, var.artifacts]
}

run "too_many" {
  command = plan

  variables {
    code = {
      connection = var.connection
      repository = "acme/web"
      filters    = { branches = { include = ["1", "2", "3", "4", "5", "6", "7", "8", "9"] } }
    }
    base       = { for number in range(5) : "BASE_${number}" => { repository = "shop/base", tag = "v${number}" } }
    repository = { untagged_days = 36501 }
    build      = { vpc = { vpc = "vpc-0123abcd", subnets = ["subnet-0123abcd"], security_groups = [] } }
    deploy     = { ecs = { cluster = "prod", service = "web", container = "web", task_roles = ["web"] } }
    tags       = { for number in range(41) : "Tag ${number}" => "" }
  }

  expect_failures = [var.code, var.base, var.repository, var.build, var.deploy, var.tags]
}

run "nothing_where_something_must_be" {
  command = plan

  variables {
    code   = {}
    base   = { BASE_IMAGE = { repository = "shop/base" } }
    build  = { vpc = { vpc = "vpc-0123abcd", subnets = null, security_groups = ["sg-0123abcd"] } }
    deploy = { ecs = null }
  }

  expect_failures = [var.code, var.base, var.build, var.deploy]
}

run "two_of_what_must_be_one" {
  command = plan

  variables {
    code  = { codecommit = "web", s3 = "acme-sources", key = "web.zip" }
    base  = { BASE_IMAGE = var.ours, TOOLS = var.ours }
    build = { environment = { STAGE = { value = "production", parameter = "/shop/stage" } } }
  }

  expect_failures = [var.code, var.base, var.build]
}

run "names_that_are_taken" {
  command = plan

  variables {
    code  = { codecommit = "web", repository = "acme/web" }
    base  = { IMAGE_TAG = var.ours }
    build = { environment = { AWS_REGION = { value = "eu-west-1" } } }
  }

  expect_failures = [var.code, var.base, var.build]
}

run "names_that_give_the_same" {
  command = plan

  variables {
    code  = { codecommit = "web", filters = { paths = { include = ["src/**"] } } }
    base  = { BASE_IMAGE = var.ours, base_image = { repository = "shop/base", tag = "next" } }
    build = { environment = { STAGE = { value = "a" } }, arguments = { STAGE = "b" } }
  }

  expect_failures = [var.code, var.base, var.build]
}

run "names_of_artifacts_that_are_taken" {
  command = plan

  variables {
    code  = { connection = var.connection, repository = "acme/web", filters = {} }
    base  = { SOURCE = var.ours }
    build = { arguments = { COMMIT_ID = "0" } }
  }

  expect_failures = [var.code, var.base, var.build]
}

run "a_secret_in_the_environment" {
  command = plan

  variables {
    code  = { connection = var.connection, repository = "acme/web", filters = { branches = {} } }
    build = { environment = { NPM_TOKEN = { value = "x" } } }
  }

  expect_failures = [var.code, var.build]
}

run "a_secret_in_the_arguments" {
  command = plan

  variables {
    code  = { connection = var.connection, repository = "acme/web", filters = { paths = { include = ["a file"] } } }
    build = { arguments = { INDEX = "https://shop:hunter2@pypi.example.com/simple" } }
  }

  expect_failures = [var.code, var.build]
}

run "docker_without_privileges" {
  command = plan

  variables {
    code  = { connection = var.connection, repository = "acme/web", filters = { branches = { include = ["main"] }, tags = { include = ["v*"] } } }
    build = { privileged = false }
  }

  expect_failures = [var.code, var.build]
}

run "what_goes_with_another_kind" {
  command = plan

  variables {
    code  = { s3 = "acme-sources", key = "web.zip", full_clone = true }
    build = { environment = { STAGE = { value = "x", kms_key = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d" } } }
  }

  expect_failures = [var.code, var.build]
}

run "a_bucket_without_a_key" {
  command = plan

  variables {
    code  = { s3 = "acme-sources" }
    build = { cache = "redis" }
  }

  expect_failures = [var.code, var.build]
}

run "a_connection_without_a_repository" {
  command = plan

  variables {
    code  = { connection = var.connection }
    build = { concurrent_build_limit = 0 }
  }

  expect_failures = [var.code, var.build]
}
