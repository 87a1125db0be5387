"""`make bench`: how long synthesis and plans take, and how much memory, side by side."""
