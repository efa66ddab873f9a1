"""Verdicts as reports."""
