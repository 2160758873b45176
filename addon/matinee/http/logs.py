"""Logs: words on the terminal, JSON lines in a file, and no secret in either."""

from __future__ import annotations

import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from logging.handlers import QueueHandler, QueueListener, RotatingFileHandler
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import orjson

from ..models.limits import MIB

FILE = "matinee.log"
_FILE_BYTES = 5 * MIB
_FILES_KEPT = 4
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

# Each pattern keeps what a reader needs and drops what opens something.
_SECRETS = (
    (re.compile(r"mat_[A-Za-z0-9_-]{16,}"), "mat_…"),
    (re.compile(r"(/(?:stream|artwork|stremio|link)/)[^/\s\"'?#]+"), r"\1…"),
    (re.compile(r"(magnet:\?[^\s\"'<>]*)"), lambda match: _magnet(match[1])),
    (re.compile(r"(\w+://)[^/\s@]+@"), r"\1…@"),
    (
        re.compile(
            r"((?:pass_?key|auth_?key|api_?key|torrent_?pass|token|secret|password|passwd)"
            r"[\"']?\s*[=:]\s*[\"']?)[^\s&\"',;}]+",
            re.IGNORECASE,
        ),
        r"\1…",
    ),
    (re.compile(r"(Bearer\s+)[^\s\"',}]+", re.IGNORECASE), r"\1…"),
    # Trackers also put the passkey into the path.
    (re.compile(r"(\w+://[^/\s]+/)(?:[^/\s]+/)?[A-Za-z0-9]{16,}(/announce)"), r"\1…\2"),
)


def _magnet(link: str) -> str:
    found = re.search(r"xt=urn:bt(?:ih|mh):([A-Za-z0-9]{1,12})", link)
    return f"magnet:?xt={found[1]}…" if found else "magnet:?…"


def without_secrets(text: str) -> str:
    """Return the text without tokens, passkeys, passwords, and the trackers of magnet links."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


class SecretFilter(logging.Filter):
    """Cleans a record once, with its arguments and its traceback in place."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = without_secrets(record.getMessage())
        record.args = None
        if record.exc_info and record.exc_info[0] is not None:
            text = "".join(traceback.format_exception(*record.exc_info)).rstrip()
            record.exc_text, record.exc_info = without_secrets(text), None
        return True


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, and what `extra` added."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        for key, value in vars(record).items():
            if key not in _STANDARD:
                line[key] = value if isinstance(value, int | float) else without_secrets(str(value))
        if record.exc_text:
            line["exception"] = record.exc_text
        return orjson.dumps(line).decode()


class Logs:
    """Set up with `start`, ended with `stop`. Files are written by a thread of their own."""

    def __init__(self, data: Path, *, level: str = "INFO", terminal: bool = True) -> None:
        self.path = data / "logs" / FILE
        self._level = level.upper()
        self._terminal = terminal
        self._listener: QueueListener | None = None
        self._entry: QueueHandler | None = None

    def start(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = RotatingFileHandler(
            self.path, maxBytes=_FILE_BYTES, backupCount=_FILES_KEPT, encoding="utf-8"
        )
        file.setFormatter(JsonLines())
        self.path.chmod(0o600)
        handlers: list[logging.Handler] = [file]
        if self._terminal:
            terminal = logging.StreamHandler(sys.stderr)
            terminal.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(message)s"))
            handlers.append(terminal)
        self._entry = _Entry(SimpleQueue())
        self._entry.addFilter(SecretFilter())
        self._listener = QueueListener(self._entry.queue, *handlers)
        root = logging.getLogger()
        root.setLevel(self._level)
        root.addHandler(self._entry)
        self._listener.start()

    def stop(self) -> None:
        if self._entry is None or self._listener is None:
            return
        logging.getLogger().removeHandler(self._entry)
        self._listener.stop()
        for handler in self._listener.handlers:
            handler.close()
        self._entry = self._listener = None


class _Entry(QueueHandler):
    """Passes records on as the filter left them."""

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        return record
