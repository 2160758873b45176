"""The settings: what there is to set, with type, default, bounds and words. No I/O.

A room reads `settings.get(SETTING)`; the values come from the database at start and from
`PATCH /api/settings` later. The page renders the whole list from this data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import voluptuous as vol

from .errors import InvalidInput
from .models.limits import GIB, MIB


@dataclass(frozen=True, slots=True)
class Setting[T]:
    """One setting. `unit` is for people ("B/s", "min"); a `secret` is never sent out."""

    key: str
    default: T
    kind: type[T]
    title: str
    help: str
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    secret: bool = False
    advanced: bool = False

    @property
    def group(self) -> str:
        return self.key.partition(".")[0]

    def check(self, value: object) -> T:
        """Return the value in its type. Raises `InvalidInput` in words."""
        schema: Any = vol.Any(bool) if self.kind is bool else self.kind
        if self.kind in (int, float):
            if isinstance(value, bool):
                raise InvalidInput(f"{self.title}: a number is needed.", field=self.key)
            if self.kind is float and isinstance(value, int):
                value = float(value)
            schema = vol.All(self.kind, vol.Range(min=self.minimum, max=self.maximum))
        if self.choices:
            schema = vol.In(self.choices)
        try:
            return cast("T", vol.Schema(schema)(value))
        except vol.Invalid as error:
            raise InvalidInput(f"{self.title}: {error.msg}.", field=self.key) from error


def _rate(key: str, title: str, words: str) -> Setting[int]:
    return Setting(key, 0, int, title, words + " 0 means no limit.", "B/s", 0, 10 * GIB)


# server
SERVER_NAME = Setting("server.name", "Matinee", str, "Name", "How this appliance calls itself.")
PUBLISHED_ADDRESS = Setting(
    "server.published_address",
    "",
    str,
    "Address for screens",
    "What televisions are told, such as http://192.168.1.20:8674. Empty: found by itself.",
)
AUDIT_DAYS = Setting(
    "server.audit_days", 90, int, "Keep security events", "Older ones are deleted.", "d", 1, 3650
)

# queue
ACTIVE_DOWNLOADS = Setting(
    "queue.active", 3, int, "Downloads at once", "The others wait for a slot.", "", 1, 100
)
FREE_SPACE = Setting(
    "queue.free_space",
    2 * GIB,
    int,
    "Keep free",
    "Downloads wait when a drive would have less than this, and go on above twice as much.",
    "B",
    0,
    100_000 * GIB,
)
STALL_SECONDS = Setting(
    "queue.stall_seconds",
    300,
    int,
    "Stalled after",
    "A download without data for this long is shown as stalled and gives its slot away.",
    "s",
    10,
    86400,
)
RETRIES = Setting(
    "queue.retries", 5, int, "Tries", "How often a failed download is tried again.", "", 0, 100
)
HISTORY_DAYS = Setting(
    "queue.history_days", 90, int, "Keep history", "Older entries are deleted.", "d", 1, 3650
)
RATE_DOWN = _rate("queue.rate_down", "Download limit", "For all downloads together.")
RATE_UP = _rate("queue.rate_up", "Upload limit", "For all downloads together.")
ALTERNATIVE_DOWN = _rate("queue.alternative_down", "Slow download limit", "On the slow switch.")
ALTERNATIVE_UP = _rate("queue.alternative_up", "Slow upload limit", "On the slow switch.")
ALTERNATIVE = Setting("queue.alternative", False, bool, "Slow down", "Use the slow limits instead.")

# torrent
LISTEN_PORT = Setting(
    "torrent.port",
    51413,
    int,
    "Port for peers",
    "Forward it in your router for incoming connections. 0: any free one.",
    "",
    0,
    65535,
)
INTERFACE = Setting(
    "torrent.interface",
    "",
    str,
    "Only through this interface",
    "The name of a network interface such as wg0. While it is absent, torrents stand still.",
)
DHT = Setting("torrent.dht", True, bool, "DHT", "Find peers without a tracker.")
PEX = Setting("torrent.pex", True, bool, "Peer exchange", "Learn of peers from peers.")
LSD = Setting("torrent.lsd", True, bool, "Local peers", "Find peers in the same network.")
PORT_MAPPING = Setting(
    "torrent.port_mapping", True, bool, "Open the port by itself", "UPnP and NAT-PMP."
)
UTP = Setting(
    "torrent.utp",
    "fallback",
    str,
    "µTP",
    "TCP is faster on a quick line; some peers speak only µTP.",
    choices=("fallback", "always", "never"),
)
ENCRYPTION = Setting(
    "torrent.encryption",
    "prefer",
    str,
    "Encryption",
    "Of the connection to peers.",
    choices=("prefer", "require", "disable"),
)
ANONYMOUS = Setting(
    "torrent.anonymous", False, bool, "Anonymous mode", "Tell peers less about this client."
)
PROXY = Setting(
    "torrent.proxy",
    "",
    str,
    "Proxy",
    "socks5://user:password@host:port or http://host:port, for peers and trackers.",
    secret=True,
)
IP_FILTER = Setting(
    "torrent.ip_filter",
    "",
    str,
    "Block these addresses",
    "One range a line (1.2.3.0-1.2.3.255 or 1.2.3.0/24), or the path of such a file.",
    advanced=True,
)
CONNECTIONS = Setting(
    "torrent.connections", 120, int, "Connections", "To peers, in all.", "", 10, 2000
)
SEED_RATIO = Setting(
    "torrent.seed_ratio",
    1.0,
    float,
    "Share until",
    "Uploaded by downloaded. 0: do not share, -1: without end.",
    "×",
    -1,
    1000,
)
SEED_MINUTES = Setting(
    "torrent.seed_minutes",
    4320,
    int,
    "Share at most",
    "0 means without a limit of time.",
    "min",
    0,
    5_256_000,
)
DISK_BUFFER = Setting(
    "torrent.disk_buffer",
    16 * MIB,
    int,
    "Write buffer",
    "Memory for data on its way to the drive.",
    "B",
    MIB,
    512 * MIB,
    advanced=True,
)

# library
MOVIE_TEMPLATE = Setting(
    "library.movie_template",
    "Movies/{title} ({year})/{title} ({year}) - {resolution}",
    str,
    "Films are called",
    "Fields: title, year, resolution, source, edition, group.",
)
EPISODE_TEMPLATE = Setting(
    "library.episode_template",
    "TV Shows/{show} ({year})/Season {season:02}/{show} - S{season:02}E{episode:02} - {title}",
    str,
    "Episodes are called",
    "Fields: show, year, season, episode, title, resolution, source.",
)
WRITE_NFO = Setting("library.nfo", True, bool, "Write .nfo files", "For Kodi, Jellyfin and Plex.")
TRASH_DAYS = Setting(
    "library.trash_days",
    30,
    int,
    "Empty the trash after",
    "What Matinee deletes waits there.",
    "d",
    0,
    3650,
)
WATCH_FOLDERS = Setting(
    "library.watch", True, bool, "Notice changes at once", "Otherwise only at a scan."
)

# setup
SETUP_STEP = Setting(
    "setup.step",
    "welcome",
    str,
    "Set-up",
    "How far the set-up is.",
    choices=("welcome", "drive", "network", "done"),
    advanced=True,
)

ALL: Mapping[str, Setting[Any]] = {
    item.key: item for item in tuple(globals().values()) if isinstance(item, Setting)
}


class Settings:
    """The values in force. Rooms hold it and read; only `storage.settings` writes."""

    def __init__(self, values: Mapping[str, object] | None = None) -> None:
        self._values: dict[str, Any] = {}
        self.update(values or {})

    def get[T](self, setting: Setting[T]) -> T:
        return cast("T", self._values.get(setting.key, setting.default))

    def is_set(self, setting: Setting[Any]) -> bool:
        """Say whether somebody chose the value, be it the default."""
        return setting.key in self._values

    def update(self, values: Mapping[str, object]) -> None:
        """Take over checked values. Raises `InvalidInput`; then nothing has changed."""
        checked = {}
        for key, value in values.items():
            setting = ALL.get(key)
            if setting is None:
                raise InvalidInput(f"There is no setting {key!r}.", field=key)
            checked[key] = setting.check(value)
        self._values.update(checked)

    def overlaid(self, forced: Mapping[str, object]) -> Settings:
        """Return a view of these settings in which `forced` stands above every change."""
        return _Overlay(self, forced)

    def reset(self, keys: Iterable[str]) -> None:
        for key in keys:
            self._values.pop(key, None)


class _Overlay(Settings):
    def __init__(self, below: Settings, forced: Mapping[str, object]) -> None:
        super().__init__(forced)
        self._below = below

    def get[T](self, setting: Setting[T]) -> T:
        if setting.key in self._values:
            return super().get(setting)
        return self._below.get(setting)
