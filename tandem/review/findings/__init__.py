"""What trace, access and checkov find in what is planned, and what of it is new."""
