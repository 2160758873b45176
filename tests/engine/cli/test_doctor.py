"""What `matinee doctor` says of the port, with an engine, without one, and after a crash."""

import json
import socket

from matinee.cli.doctor import checks


def port_of(folder, port):
    return next(result for result in checks(folder, folder, port) if result.name == "port")


def test_the_port_of_the_engine_that_runs_is_named(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as engine:
        taken = engine.getsockname()[1]
        assert not port_of(tmp_path, taken).ok
        running = {"url": f"http://127.0.0.1:{taken}", "token": "x"}
        (tmp_path / "running.json").write_text(json.dumps(running), "utf-8")
        found = port_of(tmp_path, 8674)
    assert found.ok
    assert running["url"] in found.message
    # It was killed, and its file is still there.
    assert "is free" in port_of(tmp_path, taken).message
