"""One engine for one data folder."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import AskUser


@contextmanager
def only_one(data: Path) -> Iterator[None]:
    """Hold the folder while inside. Raises `AskUser` when another engine has it.

    The lock is the kernel's: it ends with the process, however that ends.
    """
    try:
        data.mkdir(parents=True, exist_ok=True)
        file = (data / "lock").open("w")
    except OSError as error:
        raise AskUser(
            f"The data folder {data} cannot be written: {error.strerror}.",
            code="data_unwritable",
            hint="Choose another one with --data, or give this user the right to write there.",
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise AskUser(
                f"Another engine uses the data folder {data}.",
                code="data_in_use",
                hint="Stop it first, or choose another folder with --data.",
            ) from error
        yield
