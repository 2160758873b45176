"""Drives: the known ones, those that could become one, adopting and forgetting."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import voluptuous as vol

from ..errors import AskUser, Conflict, NotFound, RetryLater, VolumeOffline
from ..http import inputs
from ..http.routes import Call, Page, Route
from ..models.identity import Role
from ..models.volumes import Volume, VolumeState
from ..volumes import Candidate, Volumes

TAG = "Volumes"
_ONE = "/api/volumes/{id}"
MAX_PATH = 4096
PATH = vol.All(str, vol.Length(min=1, max=MAX_PATH))
NAME = vol.All(str, vol.Length(max=100))


@dataclass(frozen=True, slots=True)
class VolumeView:
    """A drive. `root` is empty while it is offline; sizes in bytes."""

    id: str
    name: str
    root: str
    filesystem: str
    kind: str
    state: VolumeState
    size: int
    free: int
    can_hardlink: bool
    is_default: bool


def view(volume: Volume) -> VolumeView:
    """Return a volume as clients see it, without its marker."""
    return VolumeView(
        id=volume.id,
        name=volume.name,
        root=volume.root,
        filesystem=volume.filesystem,
        kind=volume.kind,
        state=volume.state,
        size=volume.size,
        free=volume.free,
        can_hardlink=volume.can_hardlink,
        is_default=volume.is_default,
    )


_ADOPT = vol.Schema(
    {
        vol.Required("path"): PATH,
        vol.Optional("name", default=""): NAME,
        vol.Optional("default", default=False): bool,
    }
)
_CHANGE = vol.Schema({vol.Optional("name"): inputs.NAME, vol.Optional("default"): bool})


def routes(volumes: Volumes) -> list[Route]:
    """Return the routes of /api/volumes."""

    async def listing(_call: Call) -> Page[VolumeView]:
        return Page([view(volume) for volume in volumes.list()])

    async def candidates(_call: Call) -> Page[Candidate]:
        return Page(list(await volumes.candidates()))

    async def adopt(call: Call) -> VolumeView:
        path, name = Path(call.body["path"]), call.body["name"]
        return view(await volumes.adopt(path, name, make_default=call.body["default"]))

    async def change(call: Call) -> VolumeView:
        volume = volumes.get(call.path["id"])
        if call.body.get("default") is False and volume.is_default:
            raise Conflict(
                "New downloads have to go somewhere.",
                code="default_needed",
                hint="Choose another drive as the default instead.",
            )
        if "name" in call.body:
            volume = await volumes.rename(volume.id, call.body["name"])
        if call.body.get("default"):
            volume = await volumes.set_default(volume.id)
        return view(volume)

    async def forget(call: Call) -> None:
        await volumes.forget(call.path["id"])

    return [
        Route("GET", "/api/volumes", Role.MEMBER, listing, "List the drives", TAG,
              returns=Page[VolumeView]),
        Route("POST", "/api/volumes", Role.ADMIN, adopt,
              "Use a folder for films; one that is known already is found again", TAG,
              body=_ADOPT, returns=VolumeView, status=201,
              errors=(AskUser, Conflict, VolumeOffline, RetryLater)),
        Route("GET", "/api/volumes/candidates", Role.ADMIN, candidates,
              "List mounted drives that could hold films, the likeliest first", TAG,
              returns=Page[Candidate]),
        Route("PATCH", _ONE, Role.ADMIN, change, "Rename a drive or make it the default", TAG,
              body=_CHANGE, returns=VolumeView, errors=(NotFound, Conflict)),
        Route("DELETE", _ONE, Role.ADMIN, forget, "Know a drive no more; its files stay", TAG,
              errors=(NotFound, Conflict), status=204),
    ]  # fmt: skip
