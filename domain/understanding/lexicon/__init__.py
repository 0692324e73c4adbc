"""The lexicon: phrases as data, one file for each language."""
