variable "name" { type = string }
variable "attributes" {
  type    = list(string)
  default = []
}
variable "enabled" {
  type    = bool
  default = true
}

output "id" {
  value = var.enabled ? join("-", concat([var.name], var.attributes)) : ""
}
