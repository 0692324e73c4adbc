"""Job queues of others, which send what is due to the same platform."""

import subprocess
from dataclasses import dataclass

from processes.due_work import AT_ONCE
from tests.bench.peers.bot_platform import TOKEN
from tests.bench.peers.ground import Ground, wait_until_nothing
from tests.bench.peers.others import PROGRAMS, command_of, environment_of, is_working, other_program


@dataclass(frozen=True)
class JobQueue:
    """A program that works, and adds jobs when it is given how many; `undone` counts those that are not completed."""

    program: str
    undone: str
    is_batched: bool = False


QUEUES = {
    "graphile-worker": JobQueue("with_graphile_worker.mjs", "SELECT count(*) FROM graphile_worker._private_jobs"),
    "graphile-worker, batched": JobQueue(
        "with_graphile_worker.mjs", "SELECT count(*) FROM graphile_worker._private_jobs", is_batched=True
    ),
    "pg-boss, batched": JobQueue(
        "with_pg_boss.mjs", "SELECT count(*) FROM pgboss.job WHERE name = 'send' AND state < 'completed'"
    ),
    "procrastinate": JobQueue(
        "with_procrastinate.py", "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
    ),
}


def work_off(ground: Ground, queue: JobQueue, url: str, first: int, number: int) -> tuple[float, tuple[float, float]]:
    """Have so many jobs added at once and done; answers when they fell due, and the CPU that it took."""
    values = {
        "PLATFORM_URL": f"{ground.bots.url}/bot{TOKEN}/sendMessage",
        "CALLS_AT_ONCE": str(AT_ONCE),
        "BATCHED": str(int(queue.is_batched)),
    }
    with other_program(ground, queue.program, url, is_working, values) as worker:
        meter = ground.meter(worker)
        added = subprocess.run(
            [*command_of(queue.program), str(number), str(first)],
            cwd=PROGRAMS,
            env=environment_of(queue.program, url, values),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        ground.bots.wait_for(number)
        wait_until_nothing(url, queue.undone)
        return float(added.stdout), meter.seconds()
