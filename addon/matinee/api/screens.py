"""Screen profiles: what a kind of screen takes. The built-in ones, and the household's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import voluptuous as vol

from ..errors import Conflict, InvalidInput, NotFound
from ..http.inputs import NAME
from ..http.routes import Call, Page, Route
from ..models.identity import Role
from ..models.screens import HlsFlavour, ScreenProfile
from ..playback.screens.profiles import ScreenProfiles, load

TAG = "Screens"
_MANY, _RULES = 64, 32
_WORD = vol.All(str, vol.Match(r"^(\*|[a-z0-9_]{1,40})\Z", msg="a codec or container, or *"))
_PROFILE = vol.All(str, vol.Length(min=1, max=60))
_TAG = vol.All(str, vol.Match(r"^[A-Za-z0-9]{4}\Z", msg="four letters"))
_RANGE = vol.In(["sdr", "hdr10", "hdr10plus", "hlg", "dolby_vision", "*"])
_SUBTITLE = vol.In(["webvtt", "srt", "ass", "mov_text", "pgs", "vobsub", "dvbsub"])
_PIXELS = vol.All(int, vol.Range(min=0, max=100_000))


def _list(word: Any, most: int = _MANY) -> vol.All:
    return vol.All([word], vol.Length(max=most))


_VIDEO = vol.Schema(
    {
        vol.Required("codec"): _WORD,
        vol.Optional("profiles"): _list(_PROFILE),
        vol.Optional("max_level"): vol.All(float, vol.Range(min=0, max=100)),
        vol.Optional("bit_depth"): vol.All(int, vol.Range(min=0, max=16)),
        vol.Optional("ranges"): _list(_RANGE),
        vol.Optional("max_width"): _PIXELS,
        vol.Optional("max_height"): _PIXELS,
        vol.Optional("max_frame_rate"): vol.All(float, vol.Range(min=0, max=1000)),
        vol.Optional("containers"): _list(_WORD),
        vol.Optional("tags"): _list(_TAG),
    }
)
_AUDIO = vol.Schema(
    {
        vol.Required("codec"): _WORD,
        vol.Optional("max_channels"): vol.All(int, vol.Range(min=0, max=64)),
        vol.Optional("profiles"): _list(_PROFILE),
        vol.Optional("max_sample_rate"): vol.All(int, vol.Range(min=0, max=10_000_000)),
        vol.Optional("containers"): _list(_WORD),
    }
)
_FIELDS: dict[Any, Any] = {
    vol.Optional("containers"): _list(_WORD),
    vol.Optional("video"): _list(_VIDEO, _RULES),
    vol.Optional("audio"): _list(_AUDIO, _RULES),
    vol.Optional("subtitles"): _list(_SUBTITLE),
    vol.Optional("hls"): vol.In([flavour.value for flavour in HlsFlavour]),
    vol.Optional("hls_video"): _list(_WORD),
    vol.Optional("hls_audio"): _list(_WORD),
    vol.Optional("max_bit_rate"): vol.All(int, vol.Range(min=0, max=10**12)),
    vol.Optional("chooses_audio"): bool,
    vol.Optional("uncertain"): _list(_WORD),
    vol.Optional("references"): _list(vol.All(str, vol.Length(min=1, max=500))),
}
_KEY = vol.All(str, vol.Length(min=1, max=100))
_WHOLE = vol.Schema(_FIELDS | {vol.Required("name"): NAME})
_NEW = vol.Schema(_FIELDS | {vol.Required("name"): NAME, vol.Optional("copy_of"): _KEY})
_EXAMPLE = {"name": "Television in the kitchen", "copy_of": "google-tv-4k"}
_REPLACED = {
    "name": "Television in the kitchen",
    "containers": ["mp4", "matroska"],
    "video": [{"codec": "h264", "max_level": 4.2, "max_width": 1920, "max_height": 1080}],
    "audio": [{"codec": "aac", "max_channels": 6}],
    "hls": "ts",
}


def routes(profiles: ScreenProfiles) -> list[Route]:
    async def everything(_call: Call) -> Page[ScreenProfile]:
        return Page(await profiles.list())

    async def get(call: Call) -> ScreenProfile:
        return await profiles.get(call.path["id"])

    async def add(call: Call) -> ScreenProfile:
        fields = dict(call.body)
        base: dict[str, Any] = {}
        if copied := fields.pop("copy_of", ""):
            base = await _copied(profiles, copied)
        return await profiles.add(_profile({**base, **fields}))

    async def put(call: Call) -> ScreenProfile:
        return await profiles.put(call.path["id"], _profile(call.body))

    async def delete(call: Call) -> None:
        await profiles.delete(call.path["id"])

    path, one = "/api/screen-profiles", "/api/screen-profiles/{id}"
    return [
        Route("GET", path, Role.GUEST, everything, "All screen profiles, own ones first", TAG,
              returns=Page[ScreenProfile]),
        Route(
            "POST", path, Role.ADMIN, add, "Make a screen profile, afresh or as a copy", TAG,
            body=_NEW, returns=ScreenProfile, status=201, errors=(InvalidInput, Conflict),
            body_example=_EXAMPLE,
        ),
        Route("GET", one, Role.GUEST, get, "A screen profile", TAG, returns=ScreenProfile,
              errors=(NotFound,)),
        Route(
            "PUT", one, Role.ADMIN, put, "Replace an own screen profile", TAG, body=_WHOLE,
            returns=ScreenProfile, errors=(NotFound, Conflict), body_example=_REPLACED,
        ),
        Route("DELETE", one, Role.ADMIN, delete, "Delete an own screen profile", TAG,
              errors=(NotFound, Conflict)),
    ]  # fmt: skip


async def _copied(profiles: ScreenProfiles, key: str) -> dict[str, Any]:
    try:
        return asdict(await profiles.get(key))
    except NotFound as error:
        raise InvalidInput(
            error.message, code=error.code, hint=error.hint, field="copy_of"
        ) from error


def _profile(fields: Mapping[str, Any]) -> ScreenProfile:
    return load({**fields, "id": "", "built_in": False})
