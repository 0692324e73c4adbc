"""Exit codes of the command line, and the exceptions that end a command with a sentence."""

REFUSED, MISUSED, INTERRUPTED, TERMINATED = 1, 2, 130, 143


class Misuse(Exception):
    """A sentence about input that the command cannot use."""


class Finding(Exception):
    """A sentence about something that is not as it should be."""


class Terminated(BaseException):
    """Somebody sent SIGTERM; on its way out everything that was opened is closed."""
