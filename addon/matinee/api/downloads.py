"""Downloads: the list with its progress, adding, and what can be done with one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, fields
from enum import StrEnum

import voluptuous as vol
from orjson import Fragment

from ..downloads import Downloads, DownloadView, FileView
from ..errors import (
    AskUser,
    Conflict,
    InvalidInput,
    NoSpace,
    NotAllowed,
    NotFound,
    RetryLater,
    TooLarge,
    VolumeOffline,
)
from ..household.adding import MAX_SOURCE, Adding, Wishes
from ..http.routes import Answer, Call, Page, Route
from ..models.downloads import Download, DownloadState, FilePriority
from ..models.identity import Role
from ..models.limits import MAX_TORRENT_FILE, MAX_TORRENT_FILES
from ..ports import PeerInfo, TrackerInfo

TAG = "Downloads"
_PATH = "/api/downloads/{id}"
_TORRENT_FILE = "application/x-bittorrent"
_STATES = [state.value for state in DownloadState]
_MAX_RATE = (1 << 31) - 1  # what libtorrent can count to
_PRIORITY = vol.All(int, vol.Range(min=-100, max=100))
_VOLUME = vol.All(str, vol.Length(min=1, max=64))
_RATE = vol.All(int, vol.Range(min=0, max=_MAX_RATE))


class FileChoice(StrEnum):
    """How much a file of a download is wanted."""

    SKIP = "skip"
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class AddedDownload(DownloadView):
    """A download; `duplicate` says that it was in the list already."""

    duplicate: bool


@dataclass(frozen=True, slots=True)
class DownloadFileView:
    """One file of a download; `done` are its verified bytes, `progress` goes from 0 to 1."""

    index: int
    path: str
    size: int
    priority: FileChoice
    done: int
    progress: float


# Big Buck Bunny, by the Blender Foundation (CC BY 3.0)
_EXAMPLE = {
    "source": "magnet:?xt=urn:btih:dd8255ecdc7ca55fb0bbf81323d87062db1f6d1c&dn=Big+Buck+Bunny",
    "paused": True,
}
_ADD = vol.Schema(
    {
        vol.Required("source"): vol.All(str, vol.Length(min=1, max=MAX_SOURCE)),
        vol.Optional("paused", default=False): bool,
        vol.Optional("priority", default=0): _PRIORITY,
        vol.Optional("volume_id"): _VOLUME,
        vol.Optional("files"): vol.All(
            [vol.All(int, vol.Range(min=0, max=MAX_TORRENT_FILES))], vol.Length(min=1)
        ),
    }
)
_UPLOAD = vol.Schema(
    {
        vol.Optional("paused", default=False): bool,
        vol.Optional("priority", default=0): _PRIORITY,
        vol.Optional("volume_id"): _VOLUME,
    }
)
_LIST = vol.Schema(
    {
        vol.Optional("state"): vol.In(_STATES),
        vol.Optional("q"): vol.All(str, vol.Length(max=200)),
    }
)
_CHANGE = vol.Schema(
    {
        vol.Optional("name"): vol.All(str, vol.Length(min=1, max=300)),
        vol.Optional("priority"): _PRIORITY,
        vol.Optional("rate_limit_down"): _RATE,
        vol.Optional("rate_limit_up"): _RATE,
        vol.Optional("seed_ratio"): vol.Any(None, vol.All(float, vol.Range(min=-1, max=1000))),
        vol.Optional("seed_minutes"): vol.Any(None, vol.All(int, vol.Range(min=0, max=5_256_000))),
    }
)
_FILES = vol.Schema(
    {
        vol.Required("priorities"): vol.All(
            [
                {
                    vol.Required("index"): vol.All(int, vol.Range(min=0, max=MAX_TORRENT_FILES)),
                    vol.Required("priority"): vol.In([choice.value for choice in FileChoice]),
                }
            ],
            vol.Length(min=1),
        )
    }
)
_MOVE = vol.Schema({vol.Required("volume_id"): _VOLUME})
_POSITION = vol.Schema({vol.Required("position"): vol.All(int, vol.Range(min=0, max=1_000_000))})
_REMOVE = vol.Schema({vol.Optional("data", default=False): bool})


def routes(downloads: Downloads, adding: Adding) -> list[Route]:
    """Return the routes of /api/downloads."""
    return [
        *_list_routes(downloads),
        *_adding_routes(downloads, adding),
        *_one_routes(downloads),
        *_command_routes(downloads),
        *_detail_routes(downloads),
    ]


def _list_routes(downloads: Downloads) -> list[Route]:
    async def everything(call: Call) -> Page[DownloadView] | Page[Fragment]:
        state, text = call.query.get("state"), call.query.get("q", "").casefold()
        if not state and not text:
            return Page(downloads.encoded_views())
        views = downloads.views()
        if state:
            views = [view for view in views if view.state == state]
        if text:
            views = [view for view in views if text in view.name.casefold()]
        return Page(views)

    async def pause_all(_: Call) -> Page[DownloadView]:
        await downloads.pause_all()
        return Page(downloads.views())

    async def resume_all(_: Call) -> Page[DownloadView]:
        await downloads.resume_all()
        return Page(downloads.views())

    page = Page[DownloadView]
    return [
        Route("GET", "/api/downloads", Role.GUEST, everything,
              "All downloads with their progress, in the order of the queue", TAG,
              query=_LIST, returns=page),
        Route("POST", "/api/downloads/pause", Role.MEMBER, pause_all,
              "Pause everything", TAG, returns=page),
        Route("POST", "/api/downloads/resume", Role.MEMBER, resume_all,
              "Go on with everything that is paused", TAG, returns=page),
    ]  # fmt: skip


def _adding_routes(downloads: Downloads, adding: Adding) -> list[Route]:
    def answer(download: Download, created: bool) -> AddedDownload | Answer:
        view = downloads.view(download.id)
        values = {item.name: getattr(view, item.name) for item in fields(DownloadView)}
        added = AddedDownload(**values, duplicate=not created)
        return added if created else Answer(added, 200)

    async def add(call: Call) -> AddedDownload | Answer:
        body = call.body
        files = tuple(body["files"]) if "files" in body else None
        wishes = Wishes(body["paused"], body["priority"], body.get("volume_id", ""), files)
        return answer(*await adding.by_source(body["source"], wishes))

    async def upload(call: Call) -> AddedDownload | Answer:
        query = call.query
        wishes = Wishes(query["paused"], query["priority"], query.get("volume_id", ""))
        return answer(*await adding.by_torrent(call.raw, wishes))

    errors = (InvalidInput, AskUser, NotFound, NotAllowed, TooLarge, RetryLater)
    return [
        Route("POST", "/api/downloads", Role.MEMBER, add,
              "Add by magnet link, address of a torrent file, or its path on the server;"
              " a magnet added paused finds out its files and then waits", TAG,
              body=_ADD, returns=AddedDownload, status=201, other_statuses=(200,), errors=errors,
              body_example=_EXAMPLE),
        Route("POST", "/api/downloads/torrent", Role.MEMBER, upload,
              "Add by sending a torrent file", TAG, query=_UPLOAD, returns=AddedDownload,
              status=201, other_statuses=(200,), errors=errors, raw_body=_TORRENT_FILE,
              raw_limit=MAX_TORRENT_FILE),
    ]  # fmt: skip


def _one_routes(downloads: Downloads) -> list[Route]:
    async def one(call: Call) -> DownloadView:
        return downloads.view(call.path["id"])

    async def change(call: Call) -> DownloadView:
        key, body = call.path["id"], call.body
        downloads.get(key)
        if "name" in body:
            await downloads.rename(key, body["name"])
        if "priority" in body:
            await downloads.set_priority(key, body["priority"])
        limits = {name: body[name] for name in _LIMITS if name in body}
        if limits:
            await downloads.set_limits(key, **limits)
        return downloads.view(key)

    async def remove(call: Call) -> None:
        await downloads.remove(call.path["id"], delete_data=call.query["data"])

    return [
        Route("GET", _PATH, Role.GUEST, one, "One download", TAG,
              returns=DownloadView, errors=(NotFound,)),
        Route("PATCH", _PATH, Role.MEMBER, change, "Change its name, priority, limits or goal",
              TAG, body=_CHANGE, returns=DownloadView, errors=(NotFound, InvalidInput)),
        Route("DELETE", _PATH, Role.MEMBER, remove,
              "Remove it; with `data`, what it downloaded as well (never what was imported)", TAG,
              query=_REMOVE, errors=(NotFound, Conflict), status=204),
    ]  # fmt: skip


_LIMITS = ("rate_limit_down", "rate_limit_up", "seed_ratio", "seed_minutes")
_Command = Callable[[str], Awaitable[Download]]


def _command_routes(downloads: Downloads) -> list[Route]:
    def command(name: str, run: _Command, summary: str) -> Route:
        async def handle(call: Call) -> DownloadView:
            return downloads.view((await run(call.path["id"])).id)

        return Route("POST", f"{_PATH}/{name}", Role.MEMBER, handle, summary, TAG,
                     returns=DownloadView, errors=_COMMAND_ERRORS)  # fmt: skip

    async def move(call: Call) -> DownloadView:
        item = await downloads.move(call.path["id"], call.body["volume_id"])
        return downloads.view(item.id)

    async def position(call: Call) -> DownloadView:
        item = await downloads.set_position(call.path["id"], call.body["position"])
        return downloads.view(item.id)

    return [
        command("pause", downloads.pause, "Pause it, or its sharing when it is complete"),
        command("resume", downloads.resume, "Go on"),
        command("recheck", downloads.recheck, "Check all its data on the drive"),
        command("retry", downloads.retry, "Try a failed one again"),
        command("reimport", downloads.reimport, "Take a complete one into the library again"),
        Route("POST", f"{_PATH}/move", Role.MEMBER, move, "Take its files to another drive", TAG,
              body=_MOVE, returns=DownloadView, errors=(*_COMMAND_ERRORS, NoSpace)),
        Route("POST", f"{_PATH}/position", Role.MEMBER, position,
              "Put it at this place in the queue (0: first)", TAG, body=_POSITION,
              returns=DownloadView, errors=(NotFound,)),
    ]  # fmt: skip


_COMMAND_ERRORS = (NotFound, Conflict, VolumeOffline, AskUser)


def _file(view: FileView) -> DownloadFileView:
    return DownloadFileView(view.index, view.path, view.size, FileChoice[view.priority.name],
                            view.done, view.progress)  # fmt: skip


def _detail_routes(downloads: Downloads) -> list[Route]:
    async def files(call: Call) -> Page[DownloadFileView]:
        return Page([_file(view) for view in await downloads.files(call.path["id"])])

    async def choose(call: Call) -> Page[DownloadFileView]:
        chosen = {
            item["index"]: FilePriority[item["priority"].upper()]
            for item in call.body["priorities"]
        }
        await downloads.set_files(call.path["id"], chosen)
        return await files(call)

    async def peers(call: Call) -> Page[PeerInfo]:
        return Page(list(await downloads.peers(call.path["id"])))

    async def trackers(call: Call) -> Page[TrackerInfo]:
        return Page(list(await downloads.trackers(call.path["id"])))

    return [
        Route("GET", f"{_PATH}/files", Role.GUEST, files, "Its files", TAG,
              returns=Page[DownloadFileView], errors=(NotFound,)),
        Route("PATCH", f"{_PATH}/files", Role.MEMBER, choose, "Choose files", TAG, body=_FILES,
              returns=Page[DownloadFileView], errors=(NotFound, InvalidInput, Conflict)),
        Route("GET", f"{_PATH}/peers", Role.MEMBER, peers, "Whom it exchanges data with", TAG,
              returns=Page[PeerInfo], errors=(NotFound,)),
        Route("GET", f"{_PATH}/trackers", Role.MEMBER, trackers, "Who tells it of peers", TAG,
              returns=Page[TrackerInfo], errors=(NotFound,)),
    ]  # fmt: skip
