"""Training of the intent classifier: `make train`."""
