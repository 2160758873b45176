"""The first run: how far it is, and the next step."""

from __future__ import annotations

from dataclasses import dataclass

import voluptuous as vol

from ..errors import AskUser, Conflict, RetryLater, VolumeOffline
from ..household.checks import CheckResult
from ..household.setup import STEPS, Setup, SetupState
from ..http.routes import Call, Route
from ..models.identity import Role
from ..volumes import Candidate
from .volumes import NAME, PATH, VolumeView, view

TAG = "Setup"


@dataclass(frozen=True, slots=True)
class SetupView:
    """How far the set-up is, what is well and what is not, and where films could go."""

    step: str
    done: bool
    checks: list[CheckResult]
    folders: list[Candidate]
    volumes: list[VolumeView]


_ADVANCE = vol.Schema(
    {
        vol.Required("step"): vol.In(STEPS),
        vol.Optional("path"): PATH,
        vol.Optional("name", default=""): NAME,
    }
)


def routes(setup: Setup) -> list[Route]:
    """Return the routes of /api/setup."""

    async def show(_call: Call) -> SetupView:
        return _view(await setup.state())

    async def advance(call: Call) -> SetupView:
        body = call.body
        return _view(await setup.advance(body["step"], body.get("path", ""), body["name"]))

    return [
        Route("GET", "/api/setup", Role.ADMIN, show, "Show how far the set-up is", TAG,
              returns=SetupView),
        Route("POST", "/api/setup", Role.ADMIN, advance,
              "Go to a step of the set-up; a path is made the drive for new downloads first", TAG,
              body=_ADVANCE, returns=SetupView,
              errors=(AskUser, Conflict, VolumeOffline, RetryLater)),
    ]  # fmt: skip


def _view(state: SetupState) -> SetupView:
    return SetupView(
        step=state.step,
        done=state.done,
        checks=list(state.checks),
        folders=list(state.folders),
        volumes=[view(volume) for volume in state.volumes],
    )
