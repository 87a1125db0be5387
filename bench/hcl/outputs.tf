output "repository_urls" {
  description = "Repositories, by image."
  value       = { for name, repository in aws_ecr_repository.image : name => repository.repository_url }
}

output "pipeline_names" {
  description = "Pipelines, by image."
  value       = { for name, pipeline in aws_codepipeline.image : name => pipeline.name }
}

output "pipeline_links" {
  description = "Pipelines in the console, by image."
  value = {
    for name, pipeline in aws_codepipeline.image :
    name => "https://${var.region}.console.aws.amazon.com/codesuite/codepipeline/pipelines/${pipeline.name}/view?region=${var.region}"
  }
}
