"""What a setting must be beyond its type and bounds, as the room that reads it says.

A proxy that cannot be read must never be in force: torrents would go around it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from .. import settings as keys
from ..downloads.transports.torrent.session import make_filter, proxy_settings
from ..errors import InvalidInput
from ..library.naming import check_template
from ..models.media import MediaKind


def _name(name: str) -> None:
    if not name.strip():
        raise InvalidInput(
            "The appliance needs a name.",
            code="no_name",
            hint="Give it one, or reset it to the name it came with.",
        )


def _published(address: str) -> None:
    if not address:
        return
    try:
        parts = urlsplit(address)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise InvalidInput(
            "The address for screens cannot be read.",
            code="bad_address",
            hint="Write it like http://192.168.1.20:8674, or leave it empty.",
        )


def _filter(text: str) -> None:
    """Refuse typed lines that block nothing. Of a file they are left out and counted in the log."""
    make_filter(text)
    lines = [line.partition("#")[0].strip() for line in text.splitlines()]
    lines = [line for line in lines if line]
    if len(lines) == 1 and lines[0].startswith("/"):
        return
    for line in lines:
        if line.startswith("/") or not _blocks(make_filter(line)):
            raise InvalidInput(
                f"The address filter names no range in “{line[:60]}”.",
                code="bad_filter",
                hint="Write a range from the lower to the higher address, such as"
                " 1.2.3.0-1.2.3.255 or 1.2.3.0/24.",
            )


def _blocks(blocked: Any) -> bool:
    """Say whether libtorrent's filter has any range: one that has none is whole, and lets pass."""
    ranges = sum(len(of_a_kind) for of_a_kind in blocked.export_filter())
    return ranges > 2 or any(blocked.access(address) for address in ("0.0.0.0", "::"))


CHECKS: Mapping[str, Callable[[Any], object]] = {
    keys.MOVIE_TEMPLATE.key: lambda text: check_template(text, MediaKind.MOVIE),
    keys.EPISODE_TEMPLATE.key: lambda text: check_template(text, MediaKind.EPISODE),
    keys.SERVER_NAME.key: _name,
    keys.PUBLISHED_ADDRESS.key: _published,
    keys.PROXY.key: proxy_settings,
    keys.IP_FILTER.key: _filter,
}
"""By the key of the setting; each raises `InvalidInput` and may block on the disk."""
