"""Where the bytes of a film are: in a file at home, or in a download on its way.

Only the household knows both. Whoever reads gets one ByteSource for a media id and never learns
where it comes from, nor when that changes: a download that is imported, moved or removed while
somebody reads hands over to the file in the library.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from ..downloads import Downloads
from ..errors import MatineeError, NotFound, VolumeOffline
from ..events import (
    DownloadChanged,
    DownloadRemoved,
    Event,
    EventBus,
    LibraryChanged,
    VolumeChanged,
)
from ..library import FileRole, Library, LibraryFile, probes
from ..library.media import Media
from ..models.media import Probe
from ..playback.local import FileSource, Identity, open_file
from ..ports import ByteReader, ByteSource
from ..volumes import Volumes

FRESH = 5.0
"""Seconds for which the place of a film is remembered; events forget it sooner."""
_REMEMBERED = 64


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file of a download that brings a film."""

    download_id: str
    file_index: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a film is now: `file` when it is at home, else `arrival`.

    `probe` is what the library knows of the file.
    """

    media: Media
    source: ByteSource
    file: LibraryFile | None = None
    arrival: Arrival | None = None
    probe: Probe | None = None


@dataclass(slots=True)
class _Passage:
    """The tag under which a download's file was read, and the file at home it became."""

    etag: str
    size: int
    identity: Identity | None = None


@dataclass(slots=True)
class _Remembered:
    place: Place
    until: float


class Opening:
    """Finds the place of a film and opens it."""

    def __init__(
        self,
        library: Library,
        downloads: Downloads,
        volumes: Volumes,
        bus: EventBus,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._library, self._downloads = library, downloads
        self._volumes, self._clock = volumes, clock
        self._places: OrderedDict[str, _Remembered] = OrderedDict()
        self._passages: OrderedDict[Arrival, _Passage] = OrderedDict()
        bus.subscribe(self._changed)

    def _changed(self, event: Event) -> None:
        if isinstance(event, LibraryChanged | VolumeChanged | DownloadChanged | DownloadRemoved):
            self._places.clear()

    async def open(self, media_id: str) -> ByteSource:
        """Return the bytes of a film or episode; see `find` for the errors."""
        return (await self.find(media_id)).source

    async def find(self, media_id: str, *, afresh: bool = False) -> Place:
        """Return where a film is. Former ids lead to the present one.

        Raises `NotFound` (`media_not_found`, `not_at_home`), or what keeps it from being read:
        `VolumeOffline`, `RetryLater`. `afresh` looks again instead of remembering.
        """
        known = self._places.get(media_id)
        if known is not None and not afresh and self._clock() < known.until:
            return known.place
        found = await self._find(media_id)
        source = MovingSource(self, found)
        place = replace(found, source=source)
        self._places[media_id] = _Remembered(place, self._clock() + FRESH)
        self._places.move_to_end(media_id)
        while len(self._places) > _REMEMBERED:
            self._places.popitem(last=False)
        return place

    async def _find(self, media_id: str) -> Place:
        media = await self._library.media.get(media_id)
        trouble: MatineeError | None = None
        for file in best_first(await self._library.files.of_media(media.id)):
            try:
                return Place(
                    media, await self._open_file(file), file, probe=probes.load(file.probe)
                )
            except MatineeError as error:
                trouble = trouble or error
        entry = await self._library.listing.entry(media.id, "")
        for download_id, index in entry.arrivals:
            arrival = Arrival(download_id, index)
            try:
                return Place(media, await self._open_arrival(arrival), arrival=arrival)
            except MatineeError as error:
                trouble = trouble or error
        raise trouble or NotFound(
            "This is neither at home nor on its way.",
            code="not_at_home",
            hint="Add a download that brings it.",
        )

    async def _open_file(self, file: LibraryFile) -> FileSource:
        path = self._volumes.resolve(file.volume_id, file.path)
        root = Path(self._volumes.get(file.volume_id).root)
        source = await open_file(root, path.relative_to(root).as_posix())
        passage = self._passages.get(Arrival(file.origin, file.origin_index))
        if passage is None or passage.size != source.size:
            return source
        # The bytes that a player already reads under the tag of the download: they keep it,
        # for as long as this very file stays as it came.
        passage.identity = passage.identity or source.identity
        if passage.identity != source.identity:
            return source
        return FileSource(source.path, source.identity, passage.etag)

    async def _open_arrival(self, arrival: Arrival) -> ByteSource:
        source = await self._downloads.open(arrival.download_id, arrival.file_index)
        self._passages.setdefault(arrival, _Passage(source.etag, source.size))
        self._passages.move_to_end(arrival)
        while len(self._passages) > _REMEMBERED:
            self._passages.popitem(last=False)
        return source

    async def again(self, place: Place) -> ByteSource | None:
        """Return where the same bytes are now, or None when they are nowhere."""
        try:
            found = await self._find(place.media.id)
        except MatineeError:
            return None
        same = found.source.etag == place.source.etag and found.source.size == place.source.size
        return found.source if same else None


def best_first(files: Iterable[LibraryFile]) -> list[LibraryFile]:
    """Return the films among the files that are not missing, the largest first."""
    films = [file for file in files if file.role is FileRole.FILM and not file.missing_since]
    return sorted(films, key=lambda file: (-file.size, file.id))


class MovingSource:
    """The bytes of a film, wherever they go. `name`, `size` and `etag` stay as they were."""

    def __init__(self, opening: Opening, place: Place) -> None:
        self._opening, self._place, self._inner = opening, place, place.source
        self.name, self.size, self.etag = self._inner.name, self._inner.size, self._inner.etag

    @property
    def finished_path(self) -> Path | None:
        return self._inner.finished_path

    @property
    def identity(self) -> Identity | None:
        """See `playback.local.identity_of`."""
        return self._inner.identity if isinstance(self._inner, FileSource) else None

    @property
    def inner(self) -> ByteSource:
        return self._inner

    def available(self, offset: int, length: int) -> bool:
        return self._inner.available(offset, length)

    def reader(self, *, bit_rate: int = 0, background: bool = False) -> ByteReader:
        return _MovingReader(
            self, lambda inner: inner.reader(bit_rate=bit_rate, background=background)
        )

    async def follow(self, gone: ByteSource) -> bool:
        """Go where the bytes went after `gone` could not give them; False when nowhere."""
        if self._inner is not gone:
            return True
        found = await self._opening.again(self._place)
        if found is None:
            return False
        self._inner = found
        return True


class _MovingReader:
    def __init__(self, source: MovingSource, make: Callable[[ByteSource], ByteReader]) -> None:
        self._source, self._make = source, make
        self._inner = source.inner
        self._reader = make(self._inner)

    async def read(self, offset: int, length: int) -> bytes | memoryview:
        """See `ports.ByteReader.read`."""
        try:
            return await self._reader.read(offset, length)
        except (NotFound, VolumeOffline):
            if not await self._source.follow(self._inner):
                raise
        await self._reader.close()
        self._inner = self._source.inner
        self._reader = self._make(self._inner)
        return await self._reader.read(offset, length)

    async def close(self) -> None:
        await self._reader.close()
