"""What a plan does to the pipelines, for those who must say yes to it."""
