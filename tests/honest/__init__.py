"""Ordinary things that students do. One file a topic, with a list CELLS; see tests/honest_cells.py."""
