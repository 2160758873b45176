"""The SQL of the listing. Names in braces are the constants of this module, never input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_HOME = (
    "EXISTS (SELECT 1 FROM library_files AS f WHERE f.media_id = media.id AND f.role = 'film'"
    " AND f.missing_since = 0)"
)
_FILED = "EXISTS (SELECT 1 FROM library_files AS f WHERE f.media_id = media.id AND f.role = 'film')"
_COMING = (
    "EXISTS (SELECT 1 FROM arrivals AS a JOIN downloads AS d ON d.id = a.download_id"
    " WHERE a.media_id = media.id AND d.state NOT IN ('completed', 'removed'))"
)
_PRESENT = f"({_FILED} OR {_COMING})"
_ARRIVING = f"({_COMING} AND NOT {_HOME})"
_WATCH = "LEFT JOIN watch_states AS w ON w.media_id = media.id AND w.user_id = :user"

_MEDIA_SORTS = {
    "title": "coalesce(shows.title_key || char(1) || printf('%05d%05d', season, episode),"
    " media.title_key)",
    "added": "media.added_at",
    "year": "coalesce(shows.year, media.year, 0)",
    "watched": "coalesce(w.updated_at, 0)",
    "changed": "media.changed",
}
_MEDIA_FILTERS = {
    "unwatched": "coalesce(w.watched, 0) = 0",
    "watched": "w.watched = 1",
    "in_progress": "w.position > 0",
    "arriving": _ARRIVING,
}
_MEDIA = (
    "SELECT media.id, media.kind, media.title, coalesce(shows.year, media.year) AS year,"  # noqa: S608 constants
    " media.show_id, shows.title AS show_title, season, episode, episode_last, media.provisional,"
    " media.added_at, w.position, w.duration AS watch_duration, w.watched,"
    " w.updated_at AS watched_at, {sort} AS sort_value"
    f" FROM media LEFT JOIN shows ON shows.id = media.show_id {_WATCH}"
)
_MEDIA_TEXT = (
    "(coalesce(shows.title_key, '') || ' ' || media.title_key || ' '"
    " || coalesce(shows.year, media.year, ''))"
)

_SHOW_SORTS = {
    "title": "shows.title_key",
    "added": "max(media.added_at)",
    "year": "coalesce(shows.year, 0)",
    "watched": "coalesce(max(w.updated_at), 0)",
    "changed": "max(media.changed)",
}
_SHOW_FILTERS = {
    "unwatched": "unwatched > 0",
    "watched": "unwatched = 0",
    "in_progress": "begun > 0",
    "arriving": "arriving > 0",
}
_SHOWS = (
    "SELECT shows.id, shows.title, shows.year, shows.provisional, max(media.added_at) AS added_at,"  # noqa: S608 constants
    " count(*) AS episodes, sum(coalesce(w.watched, 0) = 0) AS unwatched,"
    " max(w.updated_at) AS watched_at, max(coalesce(w.position, 0) > 0) AS begun,"
    f" max({_ARRIVING}) AS arriving,"
    # A row of the group that max() does not choose: any episode at home will do for a picture.
    f" (SELECT media.id FROM media WHERE media.show_id = shows.id AND {_HOME}"
    " ORDER BY season = 0, season, episode LIMIT 1) AS cover_id,"
    " {sort} AS sort_value"
    f" FROM shows JOIN media ON media.show_id = shows.id AND {_PRESENT} {_WATCH}"
)
_SHOW_TEXT = "(shows.title_key || ' ' || coalesce(shows.year, ''))"

FILES = (
    "SELECT f.media_id, f.volume_id, f.size, f.missing_since,"
    " json_extract(f.probe, '$.duration') AS duration,"
    " (SELECT s.value FROM json_each(f.probe, '$.streams') AS s"
    "  WHERE json_extract(s.value, '$.kind') = 'video' LIMIT 1) AS video"
    " FROM library_files AS f"
    " WHERE f.media_id IN (SELECT value FROM json_each(?)) AND f.role = 'film'"
)
ARRIVALS = (
    "SELECT a.media_id, a.download_id, a.file_index FROM arrivals AS a"
    " JOIN downloads AS d ON d.id = a.download_id"
    " WHERE a.media_id IN (SELECT value FROM json_each(?))"
    " AND d.state NOT IN ('completed', 'removed')"
)
SHOW_FILES = (
    "SELECT media.show_id, f.volume_id, min(f.missing_since) AS missing_since, sum(f.size) AS size"
    " FROM media JOIN library_files AS f ON f.media_id = media.id AND f.role = 'film'"
    " WHERE media.show_id IN (SELECT value FROM json_each(?))"
    " GROUP BY media.show_id, f.volume_id"
)

Built = tuple[str, dict[str, Any]]


def _searched(text: str, words: Sequence[str], values: dict[str, Any]) -> list[str]:
    """Every word must be found somewhere in the folded title."""
    for number, word in enumerate(words):
        values[f"word{number}"] = word
    return [f"instr({text}, :word{number}) > 0" for number in range(len(words))]


def _paged(sql: str, descending: bool, after: Sequence[Any] | None, values: dict[str, Any]) -> str:
    way, sign = ("DESC", "<") if descending else ("ASC", ">")
    beyond = ""
    if after is not None:
        values["after_value"], values["after_id"] = after
        beyond = f" WHERE (sort_value, id) {sign} (:after_value, :after_id)"
    order = f"sort_value {way}, id {way} LIMIT :limit OFFSET :offset"
    return f"SELECT * FROM ({sql}){beyond} ORDER BY {order}"  # noqa: S608 constants


def of_media(
    *,
    kind: str | None,
    words: Sequence[str],
    sort: str,
    descending: bool,
    filter_: str | None,
    since: int | None,
    show_id: str | None,
    after: Sequence[Any] | None,
) -> Built:
    """Return the statement for a page of films and episodes, and its values."""
    values: dict[str, Any] = {}
    where = _searched(_MEDIA_TEXT, words, values)
    if since is None:
        where.append(_PRESENT)
    else:
        # What vanished must be told as well, to be taken off a list.
        where.append("media.changed > :since")
        values["since"] = since
    if kind is not None:
        where.append("media.kind = :kind")
        values["kind"] = str(kind)
    if show_id is not None:
        where.append("media.show_id = :show")
        values["show"] = show_id
    if filter_ is not None:
        where.append(_MEDIA_FILTERS[filter_])
    sql = f"{_MEDIA.format(sort=_MEDIA_SORTS[sort])} WHERE {' AND '.join(where)}"
    return _paged(sql, descending, after, values), values


def of_shows(
    *,
    kind: str | None,  # noqa: ARG001 the same face as `of_media`
    words: Sequence[str],
    sort: str,
    descending: bool,
    filter_: str | None,
    since: int | None,
    show_id: str | None,
    after: Sequence[Any] | None,
) -> Built:
    """Return the statement for a page of shows of which something is here, and its values."""
    values: dict[str, Any] = {}
    where = _searched(_SHOW_TEXT, words, values)
    if show_id is not None:
        where.append("shows.id = :show")
        values["show"] = show_id
    having = []
    if since is not None:
        having.append("max(media.changed) > :since")
        values["since"] = since
    if filter_ is not None:
        having.append(_SHOW_FILTERS[filter_])
    sql = _SHOWS.format(sort=_SHOW_SORTS[sort])
    sql += f" WHERE {' AND '.join(where)}" if where else ""
    sql += " GROUP BY shows.id"
    sql += f" HAVING {' AND '.join(having)}" if having else ""
    return _paged(sql, descending, after, values), values


def one_media() -> str:
    return f"{_MEDIA.format(sort='0')} WHERE media.id = :id"


def some_media() -> str:
    return f"{_MEDIA.format(sort='0')} WHERE media.id IN (SELECT value FROM json_each(:ids))"  # noqa: S608 constants


def one_show() -> str:
    return f"{_SHOWS.format(sort='0')} WHERE shows.id = :id GROUP BY shows.id"
