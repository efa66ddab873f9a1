"""What students can run: one file of checks a chapter, none of which needs a reference solution."""
