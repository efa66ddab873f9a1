"""What people run: the command line, check() in a notebook, the nbgrader preprocessor."""
