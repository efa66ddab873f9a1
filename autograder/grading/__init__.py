"""From submissions to records: prepare, run the checks, keep a journal."""
