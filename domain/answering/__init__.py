"""Answering: what the bot may do, what a text must be before it leaves, and what speaks against leaving at all."""
