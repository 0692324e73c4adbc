"""What people write, as data: one file of phrases for each language."""
