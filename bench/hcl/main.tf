# The resources of Tandem's constructs, as one writes them by hand: one block for each resource of an
# image, with for_each over the images. Policies are written with jsonencode: as
# aws_iam_policy_document they would be data sources, which Terraform plans more slowly.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.id

  codebuild    = "arn:${local.partition}:codebuild:${local.region}:${local.account}"
  codecommit   = "arn:${local.partition}:codecommit:${local.region}:${local.account}"
  codepipeline = "arn:${local.partition}:codepipeline:${local.region}:${local.account}"
  ecs          = "arn:${local.partition}:ecs:${local.region}:${local.account}"
  events       = "arn:${local.partition}:events:${local.region}:${local.account}"
  sqs          = "arn:${local.partition}:sqs:${local.region}:${local.account}"

  linked   = { for name, image in var.images : name => image if image.base != null }
  deployed = { for name, image in var.images : name => image if image.deploy != null }

  pushed = merge([
    for base in distinct([for image in local.linked : image.base]) : {
      for index, images in chunklist([for name, image in local.linked : name if image.base == base], var.images_per_rule) :
      "${base}-pushed${index == 0 ? "" : "-${index + 1}"}" => { base = base, images = images }
    }
  ]...)
  pushed_targets = merge([
    for rule, pushed in local.pushed : { for image in pushed.images : image => rule }
  ]...)

  artifact_statements = [
    {
      Sid      = "Artifacts"
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
      Resource = ["${aws_s3_bucket.artifacts.arn}/*"]
    },
    {
      Sid      = "ArtifactBucket"
      Effect   = "Allow"
      Action   = ["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"]
      Resource = [aws_s3_bucket.artifacts.arn]
    },
  ]
}
