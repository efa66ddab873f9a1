"""Runs untrusted notebook code: `levels` says which walls hold here, `client` is the trusted side's door."""
