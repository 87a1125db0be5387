# What the repository keeps, who can destroy it, and what pipelines are told of it.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name = "shop/web"
}

run "defaults" {
  command = plan

  assert {
    condition     = aws_ecr_repository.this[0].name == "shop/web" && length(aws_ecr_repository.unprotected) == 0
    error_message = "A repository that is not destroyed by mistake."
  }

  assert {
    condition     = !aws_ecr_repository.this[0].force_delete && aws_ecr_repository.this[0].image_tag_mutability == "MUTABLE"
    error_message = "Images are not destroyed with it, and its tag can move."
  }

  assert {
    condition = jsondecode(aws_ecr_lifecycle_policy.this[0].policy).rules == [
      {
        rulePriority = 1
        description  = "Remove untagged images after 7 days"
        selection    = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = 7 }
        action       = { type = "expire" }
      },
      {
        rulePriority = 2
        description  = "Keep the newest 30 tagged images"
        selection    = { tagStatus = "tagged", tagPatternList = ["*"], countType = "imageCountMoreThan", countNumber = 30 }
        action       = { type = "expire" }
      },
    ]
    error_message = "Untagged images are kept for 7 days, and the newest 30 of the others."
  }

  assert {
    condition     = aws_ecr_repository.this[0].image_scanning_configuration[0].scan_on_push && aws_ecr_repository.this[0].encryption_configuration[0].encryption_type == "AES256"
    error_message = "Images are scanned and encrypted."
  }

  assert {
    condition     = output.image.repository_arn == "arn:aws:ecr:eu-west-1:111122223333:repository/shop/web" && output.image.repository_url == "111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop/web"
    error_message = "A plan knows what others build on, before it exists."
  }
}

run "unprotected" {
  variables {
    protect       = false
    keep_images   = 5
    untagged_days = 1
    scan_on_push  = false
    kms_key       = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d"
    tag           = "stable"
    tags          = { Team = "shop" }
  }

  assert {
    condition     = length(aws_ecr_repository.this) == 0 && aws_ecr_repository.unprotected[0].tags == tomap({ Team = "shop" })
    error_message = "A repository that can be destroyed."
  }

  assert {
    condition     = !aws_ecr_repository.unprotected[0].force_delete && aws_ecr_repository.unprotected[0].image_tag_mutability == "MUTABLE"
    error_message = "Images are not destroyed with it, and its tag can move."
  }

  assert {
    condition = jsondecode(aws_ecr_lifecycle_policy.unprotected[0].policy).rules == [
      {
        rulePriority = 1
        description  = "Remove untagged images after 1 days"
        selection    = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = 1 }
        action       = { type = "expire" }
      },
      {
        rulePriority = 2
        description  = "Keep the newest 5 tagged images"
        selection    = { tagStatus = "tagged", tagPatternList = ["*"], countType = "imageCountMoreThan", countNumber = 5 }
        action       = { type = "expire" }
      },
    ]
    error_message = "It keeps what was said."
  }

  assert {
    condition     = aws_ecr_repository.unprotected[0].encryption_configuration[0].kms_key == var.kms_key && aws_ecr_repository.unprotected[0].encryption_configuration[0].encryption_type == "KMS"
    error_message = "It is encrypted with the key."
  }

  assert {
    condition = output.image == {
      name           = "shop/web"
      repository     = "shop/web"
      repository_arn = output.arn
      repository_url = output.url
      tag            = "stable"
    } && output.arn == "arn:aws:ecr:eu-west-1:111122223333:repository/shop/web"
    error_message = "Pipelines can be built on it."
  }
}

run "refusals" {
  command = plan

  variables {
    name          = "Shop/Web"
    keep_images   = 1
    untagged_days = 0
    kms_key       = "alias/images"
    tag           = "a tag"
    tags          = { "aws:team" = "shop" }
  }

  expect_failures = [var.name, var.keep_images, var.untagged_days, var.kms_key, var.tag, var.tags]
}

run "more_refusals" {
  command = plan

  variables {
    name = "x"
    tags = { Team = "shop?" }
  }

  expect_failures = [var.name, var.tags]
}

run "too_many_tags" {
  command = plan

  variables {
    tags = { for number in range(41) : "Tag ${number}" => "" }
  }

  expect_failures = [var.tags]
}
