"""One real engine for all contract tests of a session that may share it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.support.engine import Engine, run_engine


@pytest.fixture(scope="session")
def engine(tmp_path_factory) -> Iterator[Engine]:
    with run_engine(tmp_path_factory.mktemp("engine")) as running:
        yield running
