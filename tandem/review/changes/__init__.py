"""What a plan does, resource by resource, and what that means here."""
