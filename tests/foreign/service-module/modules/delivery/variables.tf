variable "name" { type = string }
variable "owner" { type = string }
variable "repository" { type = string }
variable "branch" { type = string }
variable "github_token" { type = string }
variable "webhook_enabled" { type = bool }
variable "webhook_secret" { type = string }
variable "connection_arn" { type = string }
variable "artifact_format" { type = string }
variable "buildspec" { type = string }
variable "privileged" { type = bool }
variable "image" { type = string }
variable "cluster" { type = string }
variable "service" { type = string }
variable "more_policies" {
  type    = list(string)
  default = ["arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"]
}
