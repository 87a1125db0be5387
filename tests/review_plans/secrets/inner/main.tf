variable "password" {
  sensitive = true
}

resource "terraform_data" "address" {
  input = "postgres://root:${var.password}@localhost"
}

output "address" {
  value     = terraform_data.address.output
  sensitive = true
}
