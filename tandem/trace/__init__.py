"""What starts what: events followed through rules, pipelines, builds and the images they push."""
