"""Library folders, the scans of them, and the checks of files."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import voluptuous as vol

from ..errors import Conflict, InvalidInput, NotFound, VolumeOffline
from ..http.routes import Call, Page, Route
from ..library import Library
from ..library.folders import FolderKind, LibraryFolder
from ..library.integrity import IntegrityStatus
from ..library.scan import ScanStatus
from ..models.identity import Role
from ..volumes import Volumes

TAG = "Library"
_PATH = vol.All(str, vol.Length(max=4096), vol.Match(r"^[^\x00]*\Z", msg="a path"))
_ID = vol.All(str, vol.Length(min=1, max=64))


@dataclass(frozen=True, slots=True)
class FolderView:
    """A folder of the library. `path` is relative to its drive, `place` where it is now ("": away).

    `managed`: Matinee imports into it. `watched`: changes are noticed at once.
    """

    id: str
    volume_id: str
    path: str
    place: str
    kind: FolderKind
    managed: bool
    watched: bool
    scanned_at: float


def routes(library: Library, volumes: Volumes) -> list[Route]:
    return [
        *_folders(library, volumes),
        *_scans(library),
        *_checks(library),
    ]


def _folders(library: Library, volumes: Volumes) -> list[Route]:
    def view(folder: LibraryFolder) -> FolderView:
        root = volumes.get(folder.volume_id).root
        return FolderView(
            folder.id,
            folder.volume_id,
            folder.path,
            str(Path(root, folder.path)) if root else "",
            folder.kind,
            folder.managed,
            folder.id in library.watcher.told_of(),
            folder.scanned_at,
        )

    async def everything(_call: Call) -> Page[FolderView]:
        return Page([view(folder) for folder in await library.folders.list()])

    async def add(call: Call) -> FolderView:
        volume_id, path = await _place(volumes, call.body.get("volume_id"), call.body["path"])
        folder = await library.folders.add(volume_id, path, call.body["kind"])
        library.scanner.request(folder.id)
        return view(folder)

    async def remove(call: Call) -> None:
        folder = await library.folders.remove(call.path["id"])
        await library.scanner.forget_folder(folder)

    new = vol.Schema(
        {
            vol.Required("path"): _PATH,
            vol.Optional("volume_id"): _ID,
            vol.Optional("kind", default="mixed"): vol.Coerce(FolderKind),
        }
    )
    return [
        Route(
            "GET", "/api/library/folders", Role.MEMBER, everything, "List library folders", TAG,
            returns=Page[FolderView],
        ),
        Route(
            "POST", "/api/library/folders", Role.ADMIN, add,
            "Take a folder into the library: a whole path, or one relative to a drive", TAG,
            body=new, returns=FolderView, status=201,
            errors=(NotFound, Conflict, InvalidInput, VolumeOffline),
        ),
        Route(
            "DELETE", "/api/library/folders/{id}", Role.ADMIN, remove,
            "Forget a folder; its files stay where they are", TAG,
            status=204, errors=(NotFound,),
        ),
    ]  # fmt: skip


async def _place(volumes: Volumes, volume_id: str | None, path: str) -> tuple[str, str]:
    """Return drive and relative path of a folder that exists."""
    if volume_id is not None:
        relative = path
        place = volumes.resolve(volume_id, relative)
    else:
        place = Path(path)
        found = volumes.locate(place) if place.is_absolute() and ".." not in place.parts else None
        if found is None:
            raise InvalidInput(
                "This folder does not lie on a drive that Matinee knows.",
                code="unknown_drive",
                hint="Add its drive first, or name a drive and a path on it.",
                field="path",
            )
        volume_id, relative = found[0].id, str(found[1])
    if not await asyncio.to_thread(_is_folder, place):
        raise InvalidInput("There is no such folder.", code="folder_not_found", field="path")
    return volume_id, relative


def _is_folder(place: Path) -> bool:
    try:
        return place.is_dir()
    except OSError:
        return False


def _scans(library: Library) -> list[Route]:
    async def status(_call: Call) -> ScanStatus:
        return library.scanner.status

    async def begin(call: Call) -> ScanStatus:
        if "folder_id" in call.body:
            library.scanner.request((await library.folders.get(call.body["folder_id"])).id)
        else:
            await library.scanner.request_all()
        return library.scanner.status

    async def cancel(_call: Call) -> ScanStatus:
        library.scanner.cancel()
        return library.scanner.status

    path = "/api/library/scan"
    return [
        Route(
            "GET", path, Role.MEMBER, status, "How far the scan is", TAG, returns=ScanStatus
        ),
        Route(
            "POST", path, Role.MEMBER, begin, "Look through the library folders, or one", TAG,
            body=vol.Schema({vol.Optional("folder_id"): _ID}), returns=ScanStatus, status=202,
            errors=(NotFound,),
        ),
        Route(
            "DELETE", path, Role.MEMBER, cancel, "End the scan that runs", TAG, returns=ScanStatus
        ),
    ]  # fmt: skip


def _checks(library: Library) -> list[Route]:
    async def status(_call: Call) -> IntegrityStatus:
        return library.integrity.status

    async def cancel(_call: Call) -> IntegrityStatus:
        await library.integrity.cancel()
        return library.integrity.status

    path = "/api/library/check"
    return [
        Route(
            "GET", path, Role.MEMBER, status, "How far the check of files is", TAG,
            returns=IntegrityStatus,
        ),
        Route(
            "DELETE", path, Role.MEMBER, cancel, "End the check of files", TAG,
            returns=IntegrityStatus,
        ),
    ]  # fmt: skip
