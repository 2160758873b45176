"""The real Stremio client and linter, from npm, as a child process."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.support.engine import ROOT

FOLDER = Path(__file__).parent
PATIENCE = 120.0


@dataclass(frozen=True)
class Said:
    """What the client made of an add-on: `answers` in the order of the questions."""

    lint: dict[str, Any]
    manifest: dict[str, Any]
    supported: list[bool]
    answers: list[dict[str, Any]]


@cache
def modules() -> Path:
    """Install the client once, as `scripts/test` does; return its node_modules."""
    command = f'. "{ROOT}/scripts/lib/common.sh"; ensure_npm_folder "{FOLDER}"'
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip().splitlines()[-1]) / "node_modules"


def ask(manifest_url: str, *questions: list[Any]) -> Said:
    """Load the add-on as Stremio does and ask: [resource, type, id] or [.., {extras}]."""
    done = subprocess.run(
        ["node", str(FOLDER / "client.cjs"), manifest_url],
        input=json.dumps(questions), env=os.environ | {"NODE_PATH": str(modules())},
        capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return Said(**json.loads(done.stdout))
