"""Starts the program; a wheel installs this file as the package `clonnect`, with all others in its bundle."""

import sys
from pathlib import Path


def main() -> int:
    """Run the command line; answers its exit code."""
    bundle = Path(__file__).resolve().parent / "bundle"
    if bundle.is_dir():  # not in a checkout, which is on the path already
        sys.path.insert(0, str(bundle))
    from api.cli.main import main as command_line

    return command_line()


if __name__ == "__main__":
    sys.exit(main())
