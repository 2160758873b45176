"""Logs: readable, rotated, and without secrets."""

from __future__ import annotations

import json
import logging

import pytest

from matinee.http import logs as logs_module
from matinee.http.logs import Logs, without_secrets

HASH = "a" * 40
SECRETS = [
    ("token mat_" + "x" * 43 + " used", "x" * 43),
    ("GET /stream/AbCdEf123-_/Film.mkv", "AbCdEf123-_"),
    ("http://host:8674/artwork/AbCdEf123/small.jpg?x", "AbCdEf123"),
    ("open http://host/#/link/s3cr3tS3cr3t", "s3cr3tS3cr3t"),
    (f"magnet:?xt=urn:btih:{HASH}&dn=Film&tr=http%3A%2F%2Ft%2FPASSKEY%2Fannounce", "PASSKEY"),
    ("https://tracker.org/announce?passkey=0123abcd&x=1", "0123abcd"),
    ("https://tracker.org/0123456789abcdef0123456789abcdef/announce", "0123456789abcdef"),
    ("socks5://me:w0rd@proxy:1080", "w0rd"),
    ("Authorization: Bearer abc.def", "abc.def"),
    ('{"password": "hunter2", "user": "me"}', "hunter2"),
    ("apikey=k1k1k1&q=film", "k1k1k1"),
]


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_secrets_are_taken_out(text, secret):
    assert secret not in without_secrets(text)


def test_what_is_no_secret_stays():
    for text in (
        "Downloaded Film (2024) - 1080p.mkv at 12 MB/s",
        "http://192.168.1.20:8674 is the address",
        "token_created phone as member",
    ):
        assert without_secrets(text) == text
    assert HASH[:12] in without_secrets(f"magnet:?xt=urn:btih:{HASH}&tr=http://x")


@pytest.fixture
def logs(tmp_path):
    logs = Logs(tmp_path, terminal=False)
    level = logging.getLogger().level
    logs.start()
    yield logs
    logs.stop()
    logging.getLogger().setLevel(level)


def lines(logs: Logs) -> list[dict]:
    logs.stop()
    return [json.loads(line) for line in logs.path.read_text("utf-8").splitlines()]


def test_lines_are_json_with_what_was_added(logs: Logs):
    logging.getLogger("matinee.test").info(
        "Fetched %s", "https://u:pw@host/x", extra={"address": "::1", "size": 3}
    )
    (line,) = lines(logs)
    assert line["message"] == "Fetched https://…@host/x"
    assert (line["level"], line["logger"]) == ("info", "matinee.test")
    assert (line["address"], line["size"]) == ("::1", 3)
    assert line["time"].endswith("+00:00")


def test_tracebacks_are_kept_and_cleaned(logs: Logs):
    try:
        raise ValueError("passkey=0123abcd")
    except ValueError:
        logging.getLogger("matinee.test").exception("It failed with %s", "mat_" + "y" * 43)
    (line,) = lines(logs)
    assert "ValueError" in line["exception"]
    assert "0123abcd" not in json.dumps(line)
    assert "y" * 43 not in json.dumps(line)


def test_names_with_line_breaks_stay_one_line(logs: Logs):
    logging.getLogger("matinee.test").warning("Bad name %r and %s", "a\nb", "c\n{}")
    (line,) = lines(logs)
    assert line["message"].endswith("c\n{}")


def test_the_file_is_private_and_rotated(tmp_path, monkeypatch):
    monkeypatch.setattr(logs_module, "_FILE_BYTES", 2000)
    logs = Logs(tmp_path, terminal=False)
    logs.start()
    assert logs.path.stat().st_mode & 0o077 == 0
    for number in range(200):
        logging.getLogger("matinee.test").warning("Line %d", number)
    logs.stop()
    files = sorted(logs.path.parent.iterdir())
    assert len(files) == 5
    assert sum(file.stat().st_size for file in files) < 5 * 2200


def test_the_terminal_gets_words(tmp_path, capsys):
    logs = Logs(tmp_path)
    logs.start()
    logging.getLogger("matinee.test").warning("Token mat_%s is old", "z" * 43)
    logs.stop()
    assert "WARNING Token mat_… is old" in capsys.readouterr().err.replace("  ", " ")
