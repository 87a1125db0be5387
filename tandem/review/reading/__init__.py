"""From a file to a plan in types, and to what there is before and after its apply."""
