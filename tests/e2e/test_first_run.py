"""The first minutes of a house: the link, the code, the commands."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.payloads import movie
from tests.support.checker import Checker, sha256
from tests.support.engine import ROOT
from tests.support.house import House, Refused, until
from tests.support.swarm import MIB, Seeder, Tracker, make_torrent


def said(house: House, pattern: str) -> str:
    """Return what the banner says."""
    found = until(lambda: re.search(pattern, house.said()), "The banner")
    return found[1]


def test_the_link_signs_the_first_browser_in_once(tmp_path):
    with House(tmp_path) as house:
        link = said(house, r"Sign in at once +(\S+)")
        assert house.engine is not None
        address, _, secret = link.partition("/#/link/")
        assert address == house.engine.url
        body = {"secret": secret, "name": "First browser"}
        answer = house.call("POST", "/api/pair/link", body, token="")
        assert answer["role"] == "admin"
        me = house.call("GET", "/api/me", token=answer["token"])
        assert me["role"] == "admin"
        with pytest.raises(Refused) as refused:
            house.call("POST", "/api/pair/link", body, token="")
        assert refused.value.status in {401, 403, 404, 410}
        assert refused.value.problem["hint"]
        logs = [path.read_text("utf-8", "replace") for path in (house.data / "logs").glob("*")]
        assert not any(secret in text or answer["token"] in text for text in logs)
        assert (house.data / "running.json").stat().st_mode & 0o777 == 0o600
        assert (house.data / "key").stat().st_mode & 0o777 == 0o600


def test_the_pairing_code_works_once(tmp_path):
    with House(tmp_path) as house:
        code = said(house, r"Or with this code +(\w{4} \w{4})")
        answer = house.call("POST", "/api/pair", {"code": code, "name": "Phone"}, token="")
        assert house.call("GET", "/api/server", token=answer["token"])["server_id"]
        with pytest.raises(Refused):
            house.call("POST", "/api/pair", {"code": code, "name": "Other"}, token="")
        with pytest.raises(Refused) as refused:
            house.call("GET", "/api/downloads", token="")
        assert refused.value.status == 401


def command(house: House, *words: str | Path, fails: bool = False) -> list[dict[str, object]]:
    """Type a command of the command line; return the JSON lines that it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "matinee", "--data", house.data, *words],
        capture_output=True, text=True, timeout=60, check=False, cwd=house.folder,
        env=os.environ | {"PYTHONPATH": str(ROOT / "addon")},
    )  # fmt: skip
    assert (done.returncode != 0) is fails, done.stdout + done.stderr
    if fails:
        assert done.stderr.startswith("matinee: ")
        return []
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_commands(tmp_path):
    sources = tmp_path / "sources"
    film = movie(sources, "Quiet Harbour", 2 * MIB, 1)
    other = movie(sources, "Slow River", 8 * MIB, 2)
    with Tracker() as tracker, House(tmp_path / "house") as house:
        torrents = [make_torrent(path, trackers=[tracker.url]) for path in (film, other)]
        file = tmp_path / "film.torrent"
        file.write_bytes(torrents[0].data)
        with Seeder(sources, torrents, tracker=tracker) as seeder:
            command(house, "add", "--wait", file)
            (item,) = command(house, "list")
            assert item["state"] == "completed"
            seeder.set_rate(MIB)
            (added,) = command(house, "add", torrents[1].magnet)
            house.await_state(str(added["id"]), "downloading")
            command(house, "pause", "slow")
            assert house.download(str(added["id"]))["state"] == "paused"
            command(house, "resume", str(added["id"])[-6:])
            assert house.download(str(added["id"]))["state"] != "paused"
            command(house, "remove", "--data-too", "slow")
        assert [entry["id"] for entry in command(house, "list")] == [item["id"]]
        command(house, "pause", "nothing of this name", fails=True)
        (status,) = command(house, "scan")
        assert status["running"] is False
        (made,) = command(house, "token", "--role", "guest", "A script")
        assert house.call("GET", "/api/me", token=str(made["token"]))["role"] == "guest"
        checks = command(house, "doctor", "--media", house.media)
        assert {check["name"] for check in checks} >= {"python", "libtorrent", "ffmpeg", "port"}
        assert all(check["ok"] for check in checks)
        checker = Checker(house.data, [house.media], sources=sources)
        checker.settle()
        (home,) = (house.media / "Movies").rglob("*.mp4")
        assert sha256(home) == sha256(film)
        house.stop()
        command(house, "list", fails=True)
