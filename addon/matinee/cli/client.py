"""A small client of the engine's own API, for commands typed on the same machine."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from ..errors import AskUser, MatineeError, RetryLater

RUNNING = "running.json"
"""Beside the database while the engine runs (mode 0600): `{"url": …, "token": …}`."""


class Client:
    """Speaks REST to one engine. Raises `MatineeError` with the engine's own words."""

    def __init__(self, url: str, token: str) -> None:
        if urllib.parse.urlsplit(url).scheme not in {"http", "https"}:
            raise AskUser(
                f"{url!r} is no address of an engine.", hint="For example http://host:8674"
            )
        self.url, self._token = url.rstrip("/"), token

    @classmethod
    def find(cls, data: Path, url: str, token: str) -> Client:
        """Take the given address, or that of the engine that uses the data folder."""
        if not url or not token:
            try:
                running = json.loads((data / RUNNING).read_text("utf-8"))
            except (OSError, ValueError) as error:
                raise AskUser(
                    f"No engine runs on the data folder {data}.",
                    code="not_running",
                    hint="Start it with `matinee serve`, or name another with --data, or with"
                    " --url and --token.",
                ) from error
            url, token = url or running["url"], token or running["token"]
        return cls(url, token)

    def call(
        self, method: str, path: str, body: object = None, *, raw: bytes | None = None, **query: str
    ) -> Any:
        """Return the answer's JSON, or None when there is none."""
        address = self.url + path + ("?" + urllib.parse.urlencode(query) if query else "")
        data = raw if raw is not None else (None if body is None else json.dumps(body).encode())
        kind = "application/x-bittorrent" if raw is not None else "application/json"
        request = urllib.request.Request(  # noqa: S310  # the scheme was checked above
            address,
            data=data,
            method=method,
            headers={"Authorization": f"Bearer {self._token}"}
            | ({"Content-Type": kind} if data else {}),
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310  # as above
                content = answer.read()
        except urllib.error.HTTPError as error:
            raise _problem(error) from error
        except OSError as error:
            raise RetryLater(
                f"The engine at {self.url} does not answer ({error}).",
                code="no_answer",
                hint="Is it running? `matinee serve` starts it.",
            ) from error
        return json.loads(content) if content else None


def _problem(error: urllib.error.HTTPError) -> MatineeError:
    try:
        problem = json.loads(error.read())
        return MatineeError(
            problem.get("detail") or problem["title"],
            code=problem.get("code"),
            hint=problem.get("hint", ""),
        )
    except (ValueError, KeyError, AttributeError):
        return MatineeError(f"The engine answered {error.code} {error.reason}.")
