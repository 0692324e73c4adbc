"""Ids that nobody can guess, drawn many at a time."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from domain.random_ids import DRAWN, random_id


def test_no_id_comes_twice_whichever_thread_asks() -> None:
    with ThreadPoolExecutor(4) as threads:
        ids = [
            each for some in threads.map(lambda _: [random_id() for _ in range(DRAWN * 3)], range(8)) for each in some
        ]
    assert len(set(ids)) == len(ids)
    assert {(each.version, each.variant) for each in ids} == {(4, "specified in RFC 4122")}


FORKS = """
import os
from domain.random_ids import random_id
random_id()
child = os.fork()
if child:
    os.waitpid(child, 0)
print(random_id(), flush=True)
"""


def test_a_process_that_was_forked_draws_anew() -> None:
    said = subprocess.run([sys.executable, "-c", FORKS], capture_output=True, text=True, check=True).stdout.split()
    assert len(said) == len(set(said)) == 2
