# The same images as in ../hcl, whose variables.tf and versions.tf come beside this file, by calls of
# the exported modules. One artifact store and one queue are shared by all.

locals {
  base = one([for name, image in var.images : name if image.base == null])
}

module "artifacts" {
  source = "../../terraform/artifact-store"

  name = var.project
}

module "base" {
  source = "../../terraform/image-pipeline"

  name           = "${var.project}-${local.base}"
  code           = { codecommit = var.images[local.base].repository }
  repository     = { name = "${var.project}/${local.base}" }
  artifact_store = module.artifacts.store
}

module "app" {
  source   = "../../terraform/image-pipeline"
  for_each = { for name, image in var.images : name => image if image.base != null }

  name           = "${var.project}-${each.key}"
  code           = { codecommit = each.value.repository, branch = each.value.branch }
  base           = module.base.image
  repository     = { name = "${var.project}/${each.key}" }
  deploy         = { ecs = each.value.deploy }
  artifact_store = module.artifacts.store
  dead_letters   = module.base.dead_letters
}

output "repository_urls" {
  description = "Repositories, by image."
  value       = { for name, app in module.app : name => app.repository_url }
}

output "pipeline_names" {
  description = "Pipelines, by image."
  value       = { for name, app in module.app : name => app.pipeline_name }
}
