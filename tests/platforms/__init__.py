"""Local servers that play the platforms."""
