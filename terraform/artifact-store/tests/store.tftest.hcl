# How the bucket is named and protected, and what pipelines are told of it.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name = "shop"
}

run "key_and_long_name" {
  command = plan

  variables {
    name        = "a-name-of-more-than-twenty-four"
    kms_key     = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d"
    expire_days = 3
    tags        = { Team = "shop" }
  }

  assert {
    condition     = length(aws_s3_bucket.artifacts.bucket) <= 63 && startswith(aws_s3_bucket.artifacts.bucket, "a-name-of-more") && endswith(aws_s3_bucket.artifacts.bucket, "-store-111122223333-eu-west-1")
    error_message = "The name is cut to what S3 allows."
  }

  assert {
    condition = (
      one(aws_s3_bucket_server_side_encryption_configuration.artifacts.rule).apply_server_side_encryption_by_default[0].kms_master_key_id == var.kms_key &&
      one(aws_s3_bucket_server_side_encryption_configuration.artifacts.rule).apply_server_side_encryption_by_default[0].sse_algorithm == "aws:kms" &&
      output.store.kms_key == var.kms_key
    )
    error_message = "The key encrypts it, and pipelines are told of the key."
  }

  assert {
    condition = (
      aws_s3_bucket_lifecycle_configuration.artifacts.rule[0].expiration[0].days == 3 &&
      aws_s3_bucket_lifecycle_configuration.artifacts.rule[0].noncurrent_version_expiration[0].noncurrent_days == 3
    )
    error_message = "An artifact and its versions are removed after so many days."
  }

  assert {
    condition     = aws_s3_bucket.artifacts.tags == tomap({ Team = "shop" })
    error_message = "The tags are on the bucket."
  }
}

run "defaults" {
  assert {
    condition     = aws_s3_bucket.artifacts.bucket == "shop-store-111122223333-eu-west-1"
    error_message = "The bucket has a name that no other account or region has."
  }

  assert {
    condition     = aws_s3_bucket_versioning.artifacts.versioning_configuration[0].status == "Enabled"
    error_message = "CodePipeline asks for versions."
  }

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.artifacts.block_public_acls, aws_s3_bucket_public_access_block.artifacts.block_public_policy,
      aws_s3_bucket_public_access_block.artifacts.ignore_public_acls, aws_s3_bucket_public_access_block.artifacts.restrict_public_buckets,
    ])
    error_message = "Nothing of it is public."
  }

  assert {
    condition = (
      jsondecode(aws_s3_bucket_policy.artifacts.policy).Statement[0].Effect == "Deny" &&
      jsondecode(aws_s3_bucket_policy.artifacts.policy).Statement[0].Resource == [output.store.bucket_arn, "${output.store.bucket_arn}/*"] &&
      jsondecode(aws_s3_bucket_policy.artifacts.policy).Statement[0].Principal == "*" &&
      jsondecode(aws_s3_bucket_policy.artifacts.policy).Statement[0].Condition == { Bool = { "aws:SecureTransport" = "false" } }
    )
    error_message = "Nobody reads an artifact without TLS."
  }

  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.artifacts.rule).apply_server_side_encryption_by_default[0].sse_algorithm == "AES256"
    error_message = "It is encrypted with the key of S3."
  }

  assert {
    condition     = output.store.bucket == aws_s3_bucket.artifacts.bucket && output.store.bucket_arn == "arn:aws:s3:::shop-store-111122223333-eu-west-1" && output.store.kms_key == null
    error_message = "Pipelines can use it."
  }
}

run "renamed" {
  command = plan

  variables {
    name = "other"
  }

  assert {
    condition     = aws_s3_bucket.artifacts.bucket == "shop-store-111122223333-eu-west-1" && output.store.bucket_arn == "arn:aws:s3:::shop-store-111122223333-eu-west-1"
    error_message = "A bucket keeps its name: another one would be another bucket."
  }
}

run "refusals" {
  command = plan

  variables {
    name        = "sthree-shop"
    kms_key     = "alias/artifacts"
    expire_days = 0
    tags        = { "aws:team" = "shop" }
  }

  expect_failures = [var.name, var.kms_key, var.expire_days, var.tags]
}

run "more_refusals" {
  command = plan

  variables {
    name = "s"
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
