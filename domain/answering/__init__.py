"""Answering: what a text must be before it leaves, and what in a burst means that nothing should."""
