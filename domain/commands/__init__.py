"""The commands, by what they are about; `domain.application` puts them together."""
