"""From files that students handed in to the code to run: find, read, identify, restore."""
