"""Library folders: where films and series lie, on adopted volumes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from ..errors import Conflict, InvalidInput, NotFound
from ..models.ids import new_id
from ..storage import Database, Row


class FolderKind(StrEnum):
    MOVIES = "movies"
    SHOWS = "shows"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class LibraryFolder:
    """A row. `path` is relative to the root of the volume ("" is the root itself).

    `managed`: Matinee imports into it. `scanned_at` in seconds since 1970, 0: never.
    """

    id: str
    volume_id: str
    path: str
    kind: FolderKind
    managed: bool = False
    scanned_at: float = 0.0

    def holds(self, path: str) -> bool:
        """Say whether a path of the same volume lies in this folder."""
        return not self.path or path == self.path or path.startswith(self.path + "/")


def _folder(row: Row) -> LibraryFolder:
    return LibraryFolder(
        row["id"],
        row["volume_id"],
        row["path"],
        FolderKind(row["kind"]),
        bool(row["managed"]),
        row["scanned_at"],
    )


def clean_path(path: str) -> str:
    """Return a relative folder path in its one spelling. Raises `InvalidInput` when it climbs."""
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or "\0" in path:
        raise InvalidInput("The folder must lie on the drive.", code="path_outside", field="path")
    return "" if str(pure) == "." else str(pure)


class LibraryFolders:
    """Reads and writes the rows. `on_change` is called after each change (to watch anew)."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.on_change: Callable[[], None] = lambda: None

    async def list(self) -> list[LibraryFolder]:
        rows = await self._database.fetch("SELECT * FROM library_folders ORDER BY volume_id, path")
        return [_folder(row) for row in rows]

    async def get(self, folder_id: str) -> LibraryFolder:
        """Raises `NotFound`."""
        row = await self._database.fetch_one(
            "SELECT * FROM library_folders WHERE id = ?", (folder_id,)
        )
        if row is None:
            raise NotFound("There is no such library folder.", code="folder_not_found")
        return _folder(row)

    async def find(self, volume_id: str, path: str) -> LibraryFolder | None:
        row = await self._database.fetch_one(
            "SELECT * FROM library_folders WHERE volume_id = ? AND path = ?",
            (volume_id, clean_path(path)),
        )
        return None if row is None else _folder(row)

    async def add(
        self, volume_id: str, path: str, kind: FolderKind, *, managed: bool = False
    ) -> LibraryFolder:
        """Take a folder into the library. Raises `Conflict` when it is there already.

        Folders may lie in one another: each file belongs to the innermost.
        """
        path = clean_path(path)
        if await self.find(volume_id, path) is not None:
            raise Conflict("This folder is in the library already.", code="folder_known")
        return await self._insert(volume_id, path, kind, managed=managed)

    async def ensure(self, volume_id: str, path: str, kind: FolderKind) -> LibraryFolder:
        """Return the folder that Matinee imports into, made or marked so when it was not."""
        known = await self.find(volume_id, path)
        if known is None:
            return await self._insert(volume_id, clean_path(path), kind, managed=True)
        if not known.managed:
            await self._database.execute(
                "UPDATE library_folders SET managed = 1 WHERE id = ?", (known.id,)
            )
        return await self.get(known.id)

    async def _insert(
        self, volume_id: str, path: str, kind: FolderKind, *, managed: bool
    ) -> LibraryFolder:
        folder = LibraryFolder(new_id(), volume_id, path, kind, managed)
        await self._database.execute(
            "INSERT INTO library_folders (id, volume_id, path, kind, managed)"
            " VALUES (?, ?, ?, ?, ?)",
            (folder.id, folder.volume_id, folder.path, folder.kind, int(folder.managed)),
        )
        self.on_change()
        return folder

    async def remove(self, folder_id: str) -> LibraryFolder:
        """Forget the folder, never its content. Raises `NotFound`.

        The rows of its files are the caller's to forget (`scan.Scanner.forget_folder`).
        """
        folder = await self.get(folder_id)
        await self._database.execute("DELETE FROM library_folders WHERE id = ?", (folder_id,))
        self.on_change()
        return folder

    async def mark_scanned(self, folder_id: str, at: float) -> None:
        await self._database.execute(
            "UPDATE library_folders SET scanned_at = ? WHERE id = ?", (at, folder_id)
        )

    async def nested(self, folder: LibraryFolder) -> frozenset[str]:
        """Return the paths of the library folders that lie within this one."""
        return frozenset(
            other.path
            for other in await self.list()
            if other.volume_id == folder.volume_id
            and other.id != folder.id
            and folder.holds(other.path)
        )
