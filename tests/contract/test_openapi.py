"""The real engine against its own description: schemathesis as administrator in a lived-in house.

Every phase of schemathesis, all its checks but one: `positive_data_acceptance` takes every 422
for a contradiction of the schema, but no schema says which string is a magnet link.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.contract.household import House
from tests.support.engine import Engine, run_engine

EXAMPLES = 12
SEED = 20261201  # the same requests every time; another one looks elsewhere
LEAST = 0.9

# Which known value goes where: (method, path, parameter) to a kind in the house. What deletes
# gets things of its own, so that the rest stays.
KNOWN = [
    ("PATCH", "/api/users/{id}", "path.id", "users"),
    ("DELETE", "/api/users/{id}", "path.id", "former_users"),
    ("DELETE", "/api/tokens/{id}", "path.id", "tokens"),
    ("POST", "/api/tokens", "body.user_id", "users"),
    ("POST", "/api/pairing", "body.user_id", "users"),
    ("POST", "/api/downloads", "body.source", "sources"),
    ("POST", "/api/downloads", "body.volume_id", "volumes"),
    ("POST", "/api/downloads/torrent", "query.volume_id", "volumes"),
    ("GET", "/api/downloads/{id}", "path.id", "downloads"),
    ("PATCH", "/api/downloads/{id}", "path.id", "downloads"),
    ("DELETE", "/api/downloads/{id}", "path.id", "former_downloads"),
    ("GET", "/api/downloads/{id}/files", "path.id", "finished"),
    ("PATCH", "/api/downloads/{id}/files", "path.id", "finished"),
    ("GET", "/api/downloads/{id}/peers", "path.id", "downloads"),
    ("GET", "/api/downloads/{id}/trackers", "path.id", "downloads"),
    ("POST", "/api/downloads/{id}/pause", "path.id", "downloads"),
    ("POST", "/api/downloads/{id}/resume", "path.id", "downloads"),
    ("POST", "/api/downloads/{id}/recheck", "path.id", "finished"),
    ("POST", "/api/downloads/{id}/reimport", "path.id", "finished"),
    ("POST", "/api/downloads/{id}/retry", "path.id", "downloads"),
    ("POST", "/api/downloads/{id}/position", "path.id", "downloads"),
    ("POST", "/api/downloads/{id}/move", "path.id", "downloads"),
    ("POST", "/api/downloads/{id}/move", "body.volume_id", "other_volumes"),
    ("DELETE", "/api/history/{id}", "path.id", "history"),
    ("GET", "/api/library/{id}", "path.id", "media"),
    ("PATCH", "/api/library/{id}", "path.id", "media"),
    ("DELETE", "/api/library/{id}", "path.id", "own_media"),
    ("PUT", "/api/library/{id}/watch", "path.id", "media"),
    ("POST", "/api/library/{id}/check", "path.id", "media"),
    ("POST", "/api/library/unsorted/{file_id}", "path.file_id", "unsorted"),
    ("POST", "/api/library/folders", "body.path", "new_folders"),
    ("POST", "/api/library/folders", "body.volume_id", "volumes"),
    ("DELETE", "/api/library/folders/{id}", "path.id", "former_folders"),
    ("GET", "/api/shows/{id}", "path.id", "shows"),
    ("PATCH", "/api/shows/{id}", "path.id", "shows"),
    ("POST", "/api/trash/{id}/restore", "path.id", "trash"),
    ("DELETE", "/api/trash/{id}", "path.id", "trash"),
    ("POST", "/api/play", "body.media", "media"),
    ("GET", "/api/play/{id}", "path.id", "sessions"),
    ("GET", "/api/screen-profiles/{id}", "path.id", "screens"),
    ("PUT", "/api/screen-profiles/{id}", "path.id", "screens"),
    ("POST", "/api/screen-profiles", "body.copy_of", "screens"),
    ("DELETE", "/api/screen-profiles/{id}", "path.id", "former_screens"),
    ("PUT", "/api/play/{id}/position", "path.id", "sessions"),
    ("DELETE", "/api/play/{id}", "path.id", "former_sessions"),
    ("POST", "/api/volumes", "body.path", "new_volumes"),
    ("POST", "/api/setup", "body.path", "new_volumes"),
    ("PATCH", "/api/volumes/{id}", "path.id", "volumes"),
    ("DELETE", "/api/volumes/{id}", "path.id", "former_volumes"),
    ("GET", "/stream/{token}/{name}", "path.token", "stream_token"),
    ("GET", "/stream/{token}/{name}", "path.name", "stream_name"),
    ("HEAD", "/stream/{token}/{name}", "path.token", "stream_token"),
    ("GET", "/stream/{token}/subtitles/{track}.vtt", "path.token", "stream_token"),
    ("GET", "/stream/{token}/subtitles/{track}.vtt", "path.track", "tracks"),
    ("GET", "/artwork/{token}/{size}.jpg", "path.token", "artwork_token"),
    ("GET", "/stremio/{token}/manifest.json", "path.token", "stremio_token"),
    *(
        ("GET", f"/stremio/{{token}}/{resource}/{{type}}/{{id}}{extra}.json", parameter, values)
        for resource in ("catalog", "meta", "stream", "subtitles")
        for extra in ("", "/{extra}")
        for parameter, values in (("path.token", "stremio_token"), ("path.type", "stremio_types"))
    ),
]


@pytest.fixture
def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("house")
    with run_engine(folder) as engine:
        yield House(engine, folder)


def configuration(values: dict[str, list[str]], har: Path) -> str:
    """Return what schemathesis reads: known values, to be taken most of the time."""
    lines = ["[reports.har]", f"path = {json.dumps(str(har))}", ""]
    lines += ["[checks.positive_data_acceptance]", "enabled = false", ""]
    for name, known in values.items():
        lines += [f"[dictionaries.{name}]", f"values = {json.dumps(known)}", ""]
    by_operation: dict[tuple[str, str], list[str]] = {}
    for method, path, parameter, name in KNOWN:
        binding = f'"{parameter}" = {{ dictionary = "{name}", probability = 0.8 }}'
        by_operation.setdefault((method, path), []).append(binding)
    for (method, path), bindings in by_operation.items():
        lines += ["[[operations]]", f'include-name = "{method} {path}"']
        lines += [f"parameters = {{ {', '.join(bindings)} }}", ""]
    return "\n".join(lines)


def run_schemathesis(engine: Engine, folder: Path, config: str) -> subprocess.CompletedProcess[str]:
    file = folder / "schemathesis.toml"
    file.write_text(config, "utf-8")
    command = [
        sys.executable, "-m", "schemathesis.cli", "--config-file", str(file), "run",
        f"{engine.url}/api/openapi.json", "-H", f"Authorization: Bearer {engine.token}",
        "--max-examples", str(EXAMPLES), "--seed", str(SEED), "--workers", "2", "--warnings", "off",
        "--continue-on-failure", "--request-timeout", "30",
    ]  # fmt: skip
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=400, check=False
    )


def succeeded(document: dict[str, Any], har: Path) -> tuple[set[str], set[str]]:
    """Return all operations, and those that answered 2xx at least once."""
    patterns = [
        (method.upper(), path, re.compile(re.sub(r"{\w+}", "[^/]+", path)))
        for path, operations in document["paths"].items()
        for method in operations
    ]
    patterns.sort(key=lambda pattern: pattern[1].count("{"))  # as the server looks them up
    good = set()
    for entry in json.loads(har.read_text("utf-8"))["log"]["entries"]:
        if not 200 <= entry["response"]["status"] < 300:
            continue
        path = urlsplit(entry["request"]["url"]).path
        for method, template, pattern in patterns:
            if method == entry["request"]["method"] and pattern.fullmatch(path):
                good.add(f"{method} {template}")
                break
    return {f"{method} {path}" for method, path, _ in patterns}, good


def tracebacks(engine: Engine) -> str:
    """Return what went wrong inside, each place once."""
    lines = (engine.data / "logs" / "matinee.log").read_text("utf-8").splitlines()
    found = (json.loads(line) for line in lines)
    return "\n".join(dict.fromkeys(line["exception"] for line in found if "exception" in line))


@pytest.mark.timeout(600)
def test_the_engine_is_as_it_describes_itself(house: House, tmp_path: Path):
    values = house.fill()
    har = tmp_path / "run.har"
    done = run_schemathesis(house.engine, tmp_path, configuration(values, har))
    _, document = house.engine.call("GET", "/api/openapi.json")
    every, good = succeeded(document, har)
    missing = "\n".join(sorted(every - good))
    said = f"{done.stdout[-20_000:]}\n{done.stderr[-2000:]}\n2xx never:\n{missing}"
    assert done.returncode == 0, f"{said}\n{tracebacks(house.engine)}"
    assert len(good) / len(every) >= LEAST, f"Never a 2xx:\n{missing}"
    assert house.engine.process.poll() is None
