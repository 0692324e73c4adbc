"""Commands, in groups that do not know each other; `domain.application` puts them together."""
