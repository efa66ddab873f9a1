"""nn-course-kit."""
