"""All routes of the house, and the application made from them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from aiohttp import web

from .. import __version__, api
from ..api import (
    audit,
    downloads,
    history,
    hls,
    identity,
    library,
    library_folders,
    play,
    screens,
    server,
    settings,
    setup,
    shows,
    streams,
    stremio,
    suggestions,
    trash,
    volumes,
)
from ..bridges.stremio import routes as stremio_addon
from ..bridges.stremio.streams import Playing
from ..household.suggestions import Suggestion
from ..http.application import build_application
from ..http.hub import Hub
from ..http.loop_lag import LoopLag
from ..http.metrics import Metric
from ..http.routes import Route
from ..http.server import ServerInfo
from ..identity import Passes
from ..playback.hashes import FilmHashes
from .rooms import Rooms

PAGE = Path(api.__file__).resolve().parent.parent / "page"


def all_routes(
    rooms: Rooms, info: ServerInfo, offered: Sequence[Suggestion], metrics: Sequence[Metric] = ()
) -> list[Route]:
    """Return every operation of the API."""
    ground = rooms.ground
    found: list[Route] = []
    found += server.routes(
        info, registry=lambda: found, metrics=metrics,
        check=lambda: ground.database.fetch_value("SELECT 1"),
    )  # fmt: skip
    found += identity.routes(rooms.identity)
    found += audit.routes(rooms.identity)
    found += settings.routes(ground.settings, ground.store, rooms.identity)
    found += setup.routes(rooms.setup)
    found += volumes.routes(rooms.volumes)
    found += downloads.routes(rooms.downloads, rooms.adding)
    found += history.routes(rooms.downloads)
    found += suggestions.routes(offered)
    found += library.routes(rooms.library, rooms.downloads, artwork=rooms.addresses.artwork)
    found += library_folders.routes(rooms.library, rooms.volumes)
    found += shows.routes(rooms.library, rooms.downloads, artwork=rooms.addresses.artwork)
    found += trash.routes(rooms.library)
    found += play.routes(rooms.watching)
    found += screens.routes(rooms.screen_profiles)
    found += streams.routes(
        addresses=rooms.addresses, opening=rooms.opening, watching=rooms.watching,
        facts=rooms.facts, subtitles=rooms.subtitles, artwork=rooms.artwork,
    )  # fmt: skip
    found += hls.routes(
        addresses=rooms.addresses, opening=rooms.opening, watching=rooms.watching,
        converting=rooms.converting,
    )  # fmt: skip
    found += _stremio(rooms, info)
    return found


def _stremio(rooms: Rooms, info: ServerInfo) -> list[Route]:
    passes, settings = Passes(rooms.identity, "stremio", "Stremio add-on"), rooms.ground.settings
    playing = Playing(
        rooms.opening, rooms.downloads, rooms.addresses, rooms.facts, rooms.subtitles, FilmHashes()
    )
    return [
        *stremio.routes(passes=passes, info=info, settings=settings),
        *stremio_addon.routes(
            info=info, settings=settings, passes=passes, library=rooms.library, playing=playing
        ),
    ]


def house_metrics(rooms: Rooms) -> list[Metric]:
    """Return what Prometheus may read about the rooms."""
    downloads = rooms.downloads
    return [
        Metric("download_bytes_per_second", "Arriving now, all together.",
               lambda: float(downloads.totals().rate_down)),
        Metric("upload_bytes_per_second", "Given back now, all together.",
               lambda: float(downloads.totals().rate_up)),
        Metric("downloads_active", "Downloads that hold a slot.",
               lambda: float(downloads.totals().active)),
        Metric("volume_free_bytes", "Free space by drive.",
               lambda: {volume.name: float(volume.free) for volume in rooms.volumes.list()},
               label="volume"),
        Metric("play_sessions", "Play sessions under way.",
               lambda: float(rooms.watching.active)),
    ]  # fmt: skip


def build(
    rooms: Rooms, info: ServerInfo, offered: Sequence[Suggestion], lag: LoopLag
) -> web.Application:
    """Return the application that a listener serves."""
    hub = Hub(
        rooms.ground.bus, rooms.identity, feed=rooms.downloads, server_id=info.server_id,
        version=__version__,
    )  # fmt: skip
    routes = all_routes(rooms, info, offered, [*house_metrics(rooms), lag.metric()])
    return build_application(routes, identity=rooms.identity, hub=hub, page=PAGE)
