"""Sample plans, made by the real Terraform and provider on the embedded emulator."""
