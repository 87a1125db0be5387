variable "project" {
  description = "What every name of a resource begins with."
  type        = string
}

variable "region" {
  description = "Region of the pipelines."
  type        = string
}

variable "images" {
  description = "The images, by name: their CodeCommit repository, their base and their ECS service."
  type = map(object({
    repository = string
    branch     = optional(string, "main")
    base       = optional(string)
    deploy = optional(object({
      cluster   = string
      service   = string
      container = string
    }))
  }))
}

variable "images_per_rule" {
  description = "How many pipelines the rule of a base starts; EventBridge allows 5."
  type        = number
}
