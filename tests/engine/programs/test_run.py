"""Programs run within bounds, without our secrets, and never outlive their reason."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from matinee.errors import AskUser, RetryLater, TooLarge
from matinee.programs.run import Limits, ProgramFailed, run


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


async def until_ended(pid: int) -> None:
    async with asyncio.timeout(30):
        while alive(pid):
            await asyncio.sleep(0.02)


async def test_output_words_and_input() -> None:
    done = await run(["sh", "-c", "cat; echo careful >&2"], stdin=b"x" * 300_000)
    assert done.output == b"x" * 300_000
    assert done.words == "careful\n"
    assert done.code == 0


async def test_nothing_of_ours_reaches_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUPERVISOR_TOKEN", "secret")
    monkeypatch.setenv("http_proxy", "http://proxy.invalid")
    words = (await run(["env"])).output.decode()
    assert "secret" not in words
    assert "proxy" not in words
    where = (await run(["sh", "-c", "pwd; ls /proc/self/fd | wc -l"])).output.split()
    assert where[0] == b"/"
    assert int(where[1]) <= 5  # its own three, and those of the listing


async def test_it_runs_in_its_own_session_at_low_priority_with_limits() -> None:
    # The limits are set right after the start: wait until they are in force.
    script = (
        'until [ "$(ulimit -c)$(ulimit -n)" = "064" ]; do sleep 0.01; done;'
        "sleep 0.1; ulimit -t; ulimit -v; ulimit -f; nice; cut -d' ' -f6 /proc/$$/stat; echo $$"
    )
    done = await run(["bash", "-c", script], Limits(cpu_seconds=7, memory=2**31, niceness=12))
    cpu, memory, file, nice, session, pid = done.output.decode().split()
    assert (cpu, memory, file) == ("7", str(2**21), "0")
    assert int(nice) >= 12
    assert session == pid


async def test_a_missing_program_names_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(AskUser) as missing:
        await run(["ffprobe", "-version"])
    assert missing.value.code == "program_missing"
    assert "apt-get install ffmpeg" in missing.value.hint


async def test_failures_carry_code_and_words() -> None:
    with pytest.raises(ProgramFailed) as failed:
        await run(["sh", "-c", "echo broken >&2; exit 3"])
    assert "code 3" in failed.value.message
    assert failed.value.words == "broken\n"
    assert (await run(["sh", "-c", "exit 3"], accept=(3,))).code == 3
    with pytest.raises(ProgramFailed, match="SIGKILL"):
        await run(["sh", "-c", "kill -9 $$"])


async def test_over_time_the_whole_group_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    script = f"sleep 300 & echo $! > {note}; wait"
    with pytest.raises(RetryLater) as late:
        await run(["sh", "-c", script], Limits(seconds=1, file_bytes=100))
    assert late.value.code == "program_timeout"
    await until_ended(int(note.read_text()))


async def test_a_cancelled_caller_takes_its_program_along(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    limits = Limits(seconds=300, file_bytes=100)
    task = asyncio.create_task(run(["sh", "-c", f"echo $$ > {note}; sleep 300"], limits))
    async with asyncio.timeout(30):
        while not note.exists() or not note.read_text():
            await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await until_ended(int(note.read_text()))


async def test_endless_output_is_cut_off() -> None:
    with pytest.raises(TooLarge):
        await run(["cat", "/dev/zero"], Limits(seconds=60, output=1_000_000))
    done = await run(["sh", "-c", "head -c 1000000 /dev/zero >&2"])
    assert len(done.words) <= 20_000


async def test_files_and_memory_are_bounded(tmp_path: Path) -> None:
    target = tmp_path / "big"
    with pytest.raises(ProgramFailed):
        await run(["sh", "-c", f"sleep 0.2; head -c 100000 /dev/zero > {target}"],
                  Limits(file_bytes=1000))  # fmt: skip
    assert target.stat().st_size <= 1000
    greedy = "sleep 0.2; head -c 900000000 /dev/zero | tail -n 1 > /dev/null"
    with pytest.raises(ProgramFailed):
        await run(["bash", "-c", "set -o pipefail; " + greedy], Limits(memory=100_000_000))
    assert os.getpriority(os.PRIO_PROCESS, 0) <= 10
