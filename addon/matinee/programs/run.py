"""Runs another program within bounds: content is hostile, and homes run on small machines."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import resource
import shutil
import signal
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import AskUser, GiveUp, RetryLater, TooLarge
from ..models.limits import GIB, MIB

# What a person installs to get a program, on Debian and Alpine alike.
_PACKAGES = {"ffmpeg": "ffmpeg", "ffprobe": "ffmpeg", "yt-dlp": "yt-dlp"}
_CHUNK = 64 * 1024
_PARTING = 5.0
_WORDS = 16 * 1024
_IOPRIO_IDLE = 3 << 13
_IOPRIO_SYSCALLS = {"x86_64": 251, "aarch64": 30, "riscv64": 30, "armv7l": 314, "i686": 289}


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one run. `seconds` of wall clock, `cpu_seconds`, bytes of memory and output.

    `file_bytes` is the largest file it may write; 0 lets it write none at all.
    """

    seconds: float = 60.0
    cpu_seconds: int = 60
    memory: int = 3 * GIB
    output: int = 8 * MIB
    file_bytes: int = 0
    open_files: int = 64
    niceness: int = 10


@dataclass(frozen=True, slots=True)
class Finished:
    """What a program said. `words` are the last 16 KiB of its standard error."""

    code: int
    output: bytes
    words: str


class ProgramFailed(GiveUp):
    """A program ended with an error; `words` is what it said about it."""

    default_code = "program_failed"

    def __init__(
        self, message: str, *, words: str, code: str | None = None, hint: str = ""
    ) -> None:
        super().__init__(message, code=code, hint=hint)
        self.words = words


def find(program: str) -> str:
    """Return the path of a program. Raises `AskUser` (`program_missing`) naming the package."""
    path = shutil.which(program)
    if path is None:
        package = _PACKAGES.get(program, program)
        raise AskUser(
            f"The program {program} is not installed.",
            code="program_missing",
            hint=f"Install the package {package}, for example: apt-get install {package}",
        )
    return path


async def run(
    arguments: Sequence[str],
    limits: Limits | None = None,
    *,
    stdin: bytes = b"",
    accept: Sequence[int] = (0,),
) -> Finished:
    """Run a program (the first argument) and return what it said.

    It runs in a session of its own, at low priority, without our environment, our working
    folder or our terminal, and ends with everything it started when it is done, over a limit,
    or when the caller is cancelled. Raises `AskUser` when it is missing, `ProgramFailed` when its
    exit code is not one of `accept`, `RetryLater` (`program_timeout`) and `TooLarge` for limits.
    """
    bounds = limits or Limits()
    name = arguments[0]
    process = await asyncio.create_subprocess_exec(
        find(name),
        *arguments[1:],
        stdin=asyncio.subprocess.PIPE if stdin else asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=_environment(),
        cwd="/",
        start_new_session=True,
        limit=_CHUNK,
    )
    try:
        _bound(process.pid, bounds)
        async with asyncio.timeout(bounds.seconds):
            output, words, _ = await asyncio.gather(
                _read(process, bounds.output), _listen(process), _feed(process, stdin)
            )
            code = await process.wait()
    except TimeoutError as error:
        raise RetryLater(
            f"{name} took longer than {bounds.seconds:.0f} seconds.",
            code="program_timeout",
            hint="The file may be damaged, or the drive too slow.",
        ) from error
    finally:
        await _end(process)
    if output is None:
        raise TooLarge(f"{name} wrote more than {bounds.output} bytes.", code="program_output")
    if code not in accept:
        raise ProgramFailed(f"{name} ended with {_cause(code)}.", words=words)
    return Finished(code, output, words)


def _environment() -> dict[str, str]:
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "HOME": "/nonexistent",
        "AV_LOG_FORCE_NOCOLOR": "1",
        # Each thread would otherwise reserve 64 MiB of the address space that is limited.
        "MALLOC_ARENA_MAX": "2",
    }


def _bound(pid: int, limits: Limits) -> None:
    """Limit a process that has just begun.

    From outside: code between fork and exec is not safe beside threads. What runs in the
    meantime is the program's own start, not yet the content.
    """
    values = {
        resource.RLIMIT_CPU: limits.cpu_seconds,
        resource.RLIMIT_AS: limits.memory,
        resource.RLIMIT_FSIZE: limits.file_bytes,
        resource.RLIMIT_NOFILE: limits.open_files,
        resource.RLIMIT_CORE: 0,
    }
    with contextlib.suppress(ProcessLookupError):
        for kind, value in values.items():
            _, hard = resource.prlimit(pid, kind)
            top = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.prlimit(pid, kind, (top, top))
        # Only ever lower: to raise it again would need a right that we may not have.
        nice = max(os.getpriority(os.PRIO_PROCESS, pid), limits.niceness)
        os.setpriority(os.PRIO_PROCESS, pid, nice)
        number = _IOPRIO_SYSCALLS.get(os.uname().machine)
        if number is not None:  # refused by some containers; then the drive serves all alike
            ctypes.CDLL(None).syscall(number, 1, pid, _IOPRIO_IDLE)


async def _read(process: asyncio.subprocess.Process, limit: int) -> bytes | None:
    """Return the output; None when it was over the limit, and the program ended for it."""
    assert process.stdout is not None
    output: bytearray | None = bytearray()
    while chunk := await process.stdout.read(_CHUNK):
        if output is not None:
            output += chunk
            if len(output) > limit:
                output = None
                _kill(process)
    return None if output is None else bytes(output)


async def _listen(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    kept: deque[bytes] = deque()
    size = 0
    while chunk := await process.stderr.read(4096):
        kept.append(chunk)
        size += len(chunk)
        while size > _WORDS and len(kept) > 1:
            size -= len(kept.popleft())
    return b"".join(kept).decode("utf-8", "replace")


async def _feed(process: asyncio.subprocess.Process, data: bytes) -> None:
    if process.stdin is None:
        return
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(data)
        await process.stdin.drain()
        process.stdin.close()
        await process.stdin.wait_closed()


def _kill(process: asyncio.subprocess.Process) -> None:
    # The group outlives its leader when a child was left behind.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


async def _end(process: asyncio.subprocess.Process) -> None:
    _kill(process)
    # Reads what is left, so that the pipes are closed. A process that waits for a drive that
    # hangs cannot be killed; it ends with the drive.
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(process.communicate(), _PARTING)


def _cause(code: int) -> str:
    if code >= 0:
        return f"code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
