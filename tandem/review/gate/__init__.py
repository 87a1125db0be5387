"""Because of what a plan should not be applied without somebody who answers for it."""
