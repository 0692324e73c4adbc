"""Answering: what the bot may do, what a text must be before it leaves, and what in a burst means that nothing should."""
