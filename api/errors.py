"""Start-up errors: why a program could not start, in sentences for the person who started it."""


class StartupError(Exception):
    """One sentence that says what is wrong and what to do; shown without a traceback."""


class DatabaseUnavailable(StartupError):
    """The database cannot be used as it is."""
