"""Terraform modules, written from the constructs."""
