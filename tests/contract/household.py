"""A lived-in house for the contract tests: something of everything that the API speaks about."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.support.engine import Engine
from tests.support.films import make_film
from tests.support.swarm import Seeder, Torrent, Tracker, make_torrent

Values = dict[str, list[str]]
PATIENCE = 60.0


def until(condition: Callable[[], Any], what: str) -> Any:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.2)
    raise AssertionError(f"Waited in vain for {what}.")


class House:
    """Fills an engine and remembers the ids of what came to be, by kind."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine, self.folder = engine, folder
        self.values: Values = {}

    def get(self, path: str) -> Any:
        status, body = self.engine.call("GET", path)
        assert status == 200, (path, status, body)
        return body

    def post(self, path: str, body: object = None, **options: Any) -> Any:
        status, answer = self.engine.call("POST", path, body, **options)
        assert 200 <= status < 300, (path, status, answer)
        return answer

    def items(self, path: str) -> list[Any]:
        found: list[Any] = self.get(path)["items"]
        return found

    def fill(self) -> Values:
        with Tracker() as tracker:
            torrents = self._torrents(tracker)
            with Seeder(self.folder / "seed", torrents, tracker=tracker):
                self._finish(torrents)
        self._people()
        self._waiting()
        self._scanned()
        self._watch()
        self._more()
        return self.values

    def _torrents(self, tracker: Tracker) -> list[Torrent]:
        seed = self.folder / "seed"
        names = [f"Harbour.Film.{number}.{2000 + number}.1080p.WEB-NORTH" for number in range(6)]
        names += ["01", "02", "03"]  # what these are, only a person can tell
        made = []
        for number, name in enumerate(names):
            path = seed / name / f"{name}.mkv"
            make_film(path, "mkv")
            with path.open("ab") as file:  # other bytes, other info-hash
                file.write(bytes([number]) * 64)
            made.append(make_torrent(path.parent, trackers=[tracker.url]))
        return made

    def _finish(self, torrents: list[Torrent]) -> None:
        for torrent in torrents:
            self.post("/api/downloads/torrent", raw=torrent.data, kind="application/x-bittorrent")
        done = until(lambda: self._completed(len(torrents)), "the downloads")
        self.values["finished"] = [item["id"] for item in done]
        unsorted = until(lambda: self.items("/api/library/unsorted"), "unsorted files")
        self.values["unsorted"] = [item["file_id"] for item in unsorted]
        imported = self.items("/api/library")
        for item in imported[:2]:
            assert self.engine.call("DELETE", f"/api/library/{item['id']}")[0] == 200
        self.values["own_media"] = [item["id"] for item in imported[2:4]]
        self.values["trash"] = [item["id"] for item in self.items("/api/trash")]

    def _completed(self, count: int) -> list[Any]:
        found = [item for item in self.items("/api/downloads") if item["state"] == "completed"]
        return found if len(found) == count else []

    def _people(self) -> None:
        users = [
            self.post("/api/users", {"name": f"Person {number}", "role": "member"})
            for number in range(8)
        ]
        tokens = [self.post("/api/tokens", {"name": f"Device {number}"}) for number in range(8)]
        other = self.post("/api/tokens", {"name": "Stremio's", "user_id": users[0]["id"]})
        link = self.post("/api/stremio", token=other["token"])
        self.values["stremio_token"] = [link["url"].split("/")[4]]
        self.values["stremio_types"] = ["movie", "series"]
        self.values["users"] = [user["id"] for user in users[:2]]
        self.values["former_users"] = [user["id"] for user in users[2:]]
        self.values["tokens"] = [token["id"] for token in tokens]

    def _waiting(self) -> None:
        magnets = [
            f"magnet:?xt=urn:btih:{number:040x}&dn=Wanted+{number}" for number in range(1, 9)
        ]
        added = [self.post("/api/downloads", {"source": m, "paused": True}) for m in magnets]
        ids = [item["id"] for item in added]
        self.values["downloads"], self.values["former_downloads"] = ids[:3], ids[3:]
        self.values["sources"] = [f"magnet:?xt=urn:btih:{number:040x}" for number in range(50, 60)]

    def _scanned(self) -> None:
        media = self.engine.media
        make_film(media / "Movies" / "Old Film (1999)" / "Old Film (1999).mkv", "mkv")
        for episode in (1, 2):
            name = f"Lighthouse - S01E0{episode}.mkv"
            make_film(media / "TV Shows" / "Lighthouse (2001)" / "Season 01" / name, "mp4")
        self.post("/api/library/scan", {})
        until(lambda: self.items("/api/shows"), "the scan")
        found = until(
            lambda: [m for m in self.items("/api/library?kind=movie") if m["title"] == "Old Film"],
            "the film",
        )
        self.values["media"] = [found[0]["id"]]
        self.values["shows"] = [self.items("/api/shows")[0]["id"]]

    def _watch(self) -> None:
        media = self.values["media"][0]
        sessions = [self.post("/api/play", {"media": media}) for _ in range(6)]
        ready = until(
            lambda: [s for s in self.items("/api/play") if s["url"]], "a play session to be ready"
        )
        _, _, token, name = ready[0]["url"].split("/", 3)
        self.values["stream_token"], self.values["stream_name"] = [token], [name]
        tracks = [track for track in ready[0]["subtitles"] if track["url"]]
        self.values["tracks"] = [Path(tracks[0]["url"]).stem] if tracks else ["0"]
        artwork = self.get(f"/api/library/{media}")["artwork"]
        self.values["artwork_token"] = [artwork.split("/")[2]]
        ids = [session["id"] for session in sessions]
        self.values["sessions"], self.values["former_sessions"] = ids[:1], ids[1:]

    def _more(self) -> None:
        self.values["history"] = [str(item["id"]) for item in self.items("/api/history")[:10]]
        volumes = self.items("/api/volumes")
        self.values["volumes"] = [volumes[0]["id"]]
        other = self.folder / "other"
        other.mkdir()
        spare = [self.folder / f"spare{number}" for number in range(4)]
        for path in spare:
            path.mkdir()
        moved_to = self.post("/api/volumes", {"path": str(other), "name": "Other"})
        self.values["other_volumes"] = [moved_to["id"]]
        self.values["former_volumes"] = [
            self.post("/api/volumes", {"path": str(path), "name": path.name})["id"]
            for path in spare
        ]
        screens = [
            self.post("/api/screen-profiles", {"name": f"Screen {number}", "copy_of": "cast"})
            for number in range(5)
        ]
        self.values["screens"] = [screens[0]["id"]]
        self.values["former_screens"] = [screen["id"] for screen in screens[1:]]
        folders = []
        for number in range(4):
            (self.engine.media / f"Extra {number}").mkdir()
            body = {"path": f"Extra {number}", "volume_id": volumes[0]["id"]}
            folders.append(self.post("/api/library/folders", body)["id"])
        self.values["former_folders"] = folders
        new = [self.folder / f"new{number}" for number in range(4)]
        for path in new:
            path.mkdir()
            (self.engine.media / f"New {path.name}").mkdir()
        self.values["new_volumes"] = [str(path) for path in new]
        self.values["new_folders"] = [f"New {path.name}" for path in new]
