"""What only graders have: one file of checks a chapter."""
