"""What probes there are: `modules` for every chapter, and one file for each chapter that needs its own."""
