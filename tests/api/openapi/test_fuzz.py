"""The whole API under schemathesis, on a real socket: no 500, no answer outside its description, nothing bad let in."""

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from domain.vocabulary import Role
from tests.harness.processes import ROOT
from tests.harness.program import serving

HERE = Path(__file__).parent
EXAMPLES = int(os.environ.get("FUZZ", "2"))
"""How many examples each operation gets; `make fuzz` gives more, and a seed of its own every time."""


def test_the_api_does_what_its_description_says(database_url: str, data_dir: Path) -> None:
    with serving(database_url, data_dir, is_demo=True) as program:
        maria = program.creator("maria")
        with closing(maria.client) as client:
            program.set_up(maria)
            for number in range(3):
                lead = {"name": f"Lead {number}", "platform_user_id": f"ig_{number + 1}"}
                assert client.post("/dm/leads/maria", json=lead).status_code == 200
            message = {"creator_id": "maria", "sender_id": "ig_5001", "message": "Hola, me parece caro el curso"}
            assert client.post("/dm/process", json=message).status_code == 200
        key = program.key(None, Role.ADMIN)  # of a creator's keys one might be revoked by the fuzzer itself
        done = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml")),
                *("run", f"{program.address}/openapi.json", "--header", f"X-API-Key: {key}"),
                *("--phases", "coverage,examples,fuzzing,stateful", "--max-examples", str(EXAMPLES), "--no-color"),
                *(("--generation-deterministic",) if "FUZZ" not in os.environ else ()),
            ],
            env={**os.environ, "FUZZ_KEY": key, "FUZZ_CREATOR": "maria", "FUZZ_HOOKS": "tests.api.openapi.fuzz_hooks"},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        said = (data_dir / "said.log").read_text()
        assert done.returncode == 0, done.stdout + done.stderr + said[said.find("Traceback") :][:10_000]
        assert "Traceback" not in said
