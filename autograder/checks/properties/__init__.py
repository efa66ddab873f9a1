"""Properties that checks demand: `modules` for every chapter, and one file for each chapter that needs its own."""
