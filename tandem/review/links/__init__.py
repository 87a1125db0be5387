"""What a plan does to the links: what starts what."""
