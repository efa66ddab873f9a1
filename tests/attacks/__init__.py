"""The attack corpus: what hostile students put into a notebook, and how to find out what it won them."""
