"""The reference solutions: one readable module a chapter."""
