"""PostgreSQL cluster: one data directory made, started, asked for our database, stopped."""

import hashlib
import os
import pwd
import shlex
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

from api.database.postgres_install import MAJOR, disk_full
from api.errors import DatabaseUnavailable
from eventstore.session_limits import MAINTENANCE, session

DATABASE = "clonnect"
SUPERUSER = "postgres"
PORT = 5432  # only part of the socket's name: the server listens on no network
LONGEST_SOCKET_DIR = 85  # bytes; with the socket's own name macOS allows 103, Linux 107
START_SECONDS = 60
STOP_SECONDS = 20
NEARLY_NOTHING = 1 << 20  # bytes

DURABLE: Mapping[str, str] = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "log_error_verbosity": "terse",  # details of an error quote the values of a row
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "on",
    "log_directory": "log",
    "log_filename": "postgresql-%a.log",
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
}


class DataDirectoryGone(DatabaseUnavailable):
    """The data of a server that ran is not there any more: another one made in its place would be empty."""


@dataclass(frozen=True)
class Cluster:
    """A data directory, where PostgreSQL's programs are, and the account they run as if not our own.

    Every method raises `DatabaseUnavailable`; callers see to it that only one of them is at work at a time.
    """

    directory: Path
    programs: Path
    account: pwd.struct_passwd | None

    def open(self, options: Mapping[str, str]) -> str:
        """Have the server run, and answer the URL of our database on it."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            self.start(options)
            try:
                return self.database_url()
            except DatabaseUnavailable:
                time.sleep(0.1)
                if self.runs() or time.monotonic() > deadline:
                    raise
                # It was found running in the moment in which somebody killed it.

    def start(self, options: Mapping[str, str]) -> None:
        """Have the server run; one that runs already, from whoever left it, is taken as it is."""
        self._refuse_other_version()
        if not (self.directory / "PG_VERSION").exists():
            self._create()
        deadline = time.monotonic() + START_SECONDS
        while not self.runs():
            self._disown_pid_file()
            output = self._try_to_start(options)
            if output is None:
                return
            # Children of a killed postmaster take a moment to notice that it is gone.
            if "still in use" not in output or time.monotonic() > deadline:
                raise DatabaseUnavailable(explain(output, self.directory))
            time.sleep(0.1)

    def start_again(self, options: Mapping[str, str]) -> None:
        """Have a server run that is gone; raises `DataDirectoryGone` rather than make a new database."""
        if not (self.directory / "PG_VERSION").exists():
            raise DataDirectoryGone(
                f"The database in {self.directory} is gone, and an empty one in its place would hide it: "
                "put it back, or restore a backup, and start again."
            )
        self.start(options)

    def stop(self) -> None:
        """Stop the server cleanly, else at once: then the next start recovers."""
        if not self.runs():
            return
        for mode in ("fast", "immediate"):
            done = self._run("pg_ctl", "stop", "-w", "-t", str(STOP_SECONDS), "-m", mode, "-D", str(self.directory))
            if done.returncode == 0:
                return
        said = " ".join(done.stdout.split())
        raise DatabaseUnavailable(f"The embedded PostgreSQL in {self.directory} does not stop; it says: {said}")

    def runs(self) -> bool:
        """Whether the server's first process is there."""
        # The number in the pid file may by now be that of another program, in a container nearly always is.
        try:
            process = psutil.Process(int((self.directory / "postmaster.pid").read_text().splitlines()[0]))
            return str(self.directory) in process.cmdline()
        except (FileNotFoundError, IndexError, ValueError, psutil.NoSuchProcess, psutil.AccessDenied):
            return False

    def database_url(self) -> str:
        """The URL of our database on the running server; made if it is the first time."""
        try:
            with self._connect() as connection:
                known = "SELECT 1 FROM pg_database WHERE datname = %s"
                if not connection.execute(known, [DATABASE]).fetchone():
                    connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        except psycopg.Error as error:
            raise DatabaseUnavailable(explain(str(error), self.directory)) from error
        return self._url(DATABASE)

    def _connect(self) -> psycopg.Connection:
        url = self._url("postgres")
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                return psycopg.connect(url, autocommit=True, **session(MAINTENANCE, url))
            except psycopg.errors.CannotConnectNow:
                # A server that somebody else's crash left behind may still be recovering.
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def _url(self, database: str) -> str:
        socket_dir = (self.directory / "postmaster.pid").read_text().splitlines()[4]
        return f"postgresql://{SUPERUSER}@/{database}?host={quote(socket_dir, safe='/')}&port={PORT}"

    def _refuse_other_version(self) -> None:
        try:
            found = (self.directory / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            return
        except OSError as error:
            raise DatabaseUnavailable(explain(str(error), self.directory)) from error
        if found != str(MAJOR):
            raise DatabaseUnavailable(
                f"{self.directory} is of PostgreSQL {found} and this program brings {MAJOR}: dump it "
                "with the release that wrote it and restore it with this one "
                "(docs/operations.md, 'A new major version')."
            )

    def _create(self) -> None:
        # Made beside and renamed when complete: a program killed meanwhile leaves no half of a database.
        new = self.directory.with_name(f"{self.directory.name}.new")
        try:
            if self.directory.exists() and any(self.directory.iterdir()):
                raise DatabaseUnavailable(
                    f"{self.directory} holds something that is not a PostgreSQL database: "
                    "move it away, or set CLONNECT_DATA_DIR."
                )
            shutil.rmtree(new, ignore_errors=True)
            new.mkdir(mode=0o700)
            if self.account:
                os.chown(new, self.account.pw_uid, self.account.pw_gid)
        except OSError as error:
            raise DatabaseUnavailable(explain(str(error), self.directory)) from error
        done = self._run(
            "initdb",
            f"--pgdata={new}",
            f"--username={SUPERUSER}",
            "--encoding=UTF8",
            "--no-locale",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--auth-local=trust",
            "--auth-host=reject",
        )
        if done.returncode != 0:
            shutil.rmtree(new, ignore_errors=True)
            raise DatabaseUnavailable(explain(done.stdout, self.directory))
        new.rename(self.directory)

    def _try_to_start(self, options: Mapping[str, str]) -> str | None:
        """None when it runs, else what it said."""
        log = self.directory / "startup.log"
        log.unlink(missing_ok=True)
        told_before = {file: file.stat().st_size for file in self._logs()}
        words = ["-h", "", "-p", str(PORT), "-k", f'"{self._socket_dir()}"', "-c", "unix_socket_permissions=0700"]
        words += [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        wait = ("-w", "-t", str(START_SECONDS))
        done = self._run("pg_ctl", "start", *wait, "-D", str(self.directory), "-l", str(log), "-o", shlex.join(words))
        if done.returncode == 0:
            return None
        said = [done.stdout, log.read_text(errors="replace") if log.exists() else ""]
        said += [file.read_bytes()[told_before.get(file, 0) :].decode(errors="replace") for file in self._logs()]
        if shutil.disk_usage(self.directory).free < NEARLY_NOTHING:
            said.append("No space left on device")  # nor for PostgreSQL to say so
        return "\n".join(said)

    def _logs(self) -> list[Path]:
        return sorted((self.directory / "log").glob("*.log"))

    def _socket_dir(self) -> Path:
        """The data directory itself, else a closed one with a name that a socket's address has room for."""
        if len(os.fsencode(self.directory)) <= LONGEST_SOCKET_DIR and not set('",') & set(str(self.directory)):
            return self.directory
        name = hashlib.sha256(os.fsencode(self.directory)).hexdigest()[:16]
        short = Path(tempfile.gettempdir()) / f"clonnect-{name}"
        owner = self.account.pw_uid if self.account else os.geteuid()
        try:
            short.mkdir(mode=0o700)
            os.chown(short, owner, -1)
        except FileExistsError:
            pass  # from the last start, or a trap: looked at below
        found = short.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
            raise DatabaseUnavailable(
                f"The path {self.directory} is too long for a socket, and {short}, meant instead, is "
                "not ours: remove that, or set CLONNECT_DATA_DIR to a shorter path."
            )
        return short

    def _disown_pid_file(self) -> None:
        """Let PostgreSQL see that the server before is gone, whoever has its process number now.

        The pid file gets our number, which PostgreSQL knows as its starter's and takes for stale. It must stay:
        by the memory that it names PostgreSQL sees whether processes of the old server still write.
        """
        (self._socket_dir() / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)
        file = self.directory / "postmaster.pid"
        lines = file.read_text().splitlines() if file.exists() else []
        if lines:
            file.write_text("\n".join([str(os.getpid()), *lines[1:], ""]))
        else:
            file.unlink(missing_ok=True)

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        foreign = ("PG", "LC_", "LANG")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        return subprocess.run(
            [str(self.programs / program), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            cwd=self.directory.parent,
            env=environment | {"LC_ALL": "C"},
            start_new_session=True,  # Ctrl-C is for us, who stop the server when we have finished with it
            user=self.account.pw_uid if self.account else None,
            group=self.account.pw_gid if self.account else None,
            extra_groups=[] if self.account else None,
            umask=0o077,
        )


def explain(output: str, directory: Path) -> str:
    """What PostgreSQL's own words mean to the person who started the program."""
    if "No space left on device" in output or "Disk quota exceeded" in output:
        return disk_full(directory)
    if "Permission denied" in output or "Read-only file system" in output:
        return (
            f"PostgreSQL may not write in {directory}: give it to the user who starts the program, "
            "or set CLONNECT_DATA_DIR."
        )
    said = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in said if "FATAL" in line or "PANIC" in line or "error:" in line]
    last = (telling or said or ["nothing"])[-1]
    return f"The embedded PostgreSQL in {directory} does not start; it says: {last}"
