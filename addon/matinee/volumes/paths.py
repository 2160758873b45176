"""Names and paths from elsewhere, made safe. Whatever comes in, nothing leaves the root.

Content is hostile: names arrive with `..`, drive letters, NUL, reserved words, 300 bytes, broken
UTF-8, and twins that differ only in case or Unicode normalisation. The result works on ext4,
exFAT, NTFS and SMB alike.
"""

from __future__ import annotations

import errno
import os
import re
import unicodedata
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from itertools import count
from pathlib import Path, PurePosixPath

from ..errors import InvalidInput, NotFound

# Endings such as ".partial" or " (2)" must still fit into the 255 bytes that filesystems take.
NAME_BYTES = 240
PATH_BYTES = 2048
PATH_DEPTH = 16
OWN_PREFIX = ".matinee"
_FALLBACK = "unnamed"
_ENDING_BYTES = 16
_FOLDER_BYTES = 64

_RESERVED = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\..*| *)?", re.IGNORECASE
)
_PLAIN = re.compile(r"[A-Za-z0-9._()\[\]-]+( [A-Za-z0-9._()\[\]-]+)*")
_DRIVE = re.compile(r"^[A-Za-z]:(?=[\\/]|$)")
_SPACES = re.compile(r"\s+")
_REPLACED = str.maketrans(
    {"/": "_", "\\": "_", "<": "(", ">": ")", '"': "'", "|": "-", "?": None, "*": None}
)
# Marks that turn the reading direction can make "gpj.exe" look like "exe.jpg"; tags are unseen.
_UNSEEN = re.compile(
    "[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)


def name_key(name: str) -> str:
    """Return what two names share that a filesystem may take for the same file."""
    if name.isascii():
        return name.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())


def safe_name(text: str | bytes, fallback: str = _FALLBACK, limit: int = NAME_BYTES) -> str:
    """Return one name of a file or folder, of at most `limit` bytes; never "", "." or "..".

    Readable where possible (`Alien: Covenant?` becomes `Alien - Covenant`), in Unicode NFC, and
    unchanged when it is safe already. Bytes that are no UTF-8 become U+FFFD. Names that belong
    to Matinee's own bookkeeping (`.matinee…`) get an underscore in front.
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    if not _PLAIN.fullmatch(text):
        text = _clean(text)
    text = _trim(text)
    if name_key(text).startswith(OWN_PREFIX) or _RESERVED.fullmatch(text):
        text = "_" + text
    text = shorten(text, limit)
    return text or fallback


def _clean(text: str) -> str:
    if _broken(text):
        text = text.encode("utf-8", "replace").decode("utf-8")
    text = _UNSEEN.sub("", unicodedata.normalize("NFC", text))
    text = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text)
    text = text.replace(": ", " - ").replace(":", "-").translate(_REPLACED)
    return _SPACES.sub(" ", text)


def _broken(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def _trim(text: str) -> str:
    return text.lstrip(" ").rstrip(" .")


def shorten(name: str, limit: int = NAME_BYTES) -> str:
    """Cut a name to `limit` bytes of UTF-8 between characters; a short ending (`.mkv`) stays."""
    if len(name.encode()) <= limit:
        return name
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending.encode()) > min(_ENDING_BYTES, limit // 2):
        stem, dot, ending = name, "", ""
    room = limit - len((dot + ending).encode())
    return _trim(stem.encode()[:room].decode("utf-8", "ignore")) + dot + ending


def safe_relative(text: str | bytes | os.PathLike[str]) -> PurePosixPath:
    """Return a relative path of safe names, at least one, that cannot leave its folder.

    Both slashes divide; drive letters, empty parts, `.` and `..` are dropped. Paths that are too
    deep lose folders in the middle, too long ones get shorter folder names.
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    whole = _DRIVE.sub("", os.fspath(text))
    parts = [part for part in re.split(r"[\\/]+", whole) if part.strip(" .\0")]
    if len(parts) > PATH_DEPTH:
        parts = [*parts[: PATH_DEPTH // 2], *parts[-PATH_DEPTH // 2 :]]
    names = [safe_name(part) for part in parts] or [_FALLBACK]
    if sum(len(name.encode()) + 1 for name in names) > PATH_BYTES:
        names = [*(shorten(name, _FOLDER_BYTES) for name in names[:-1]), names[-1]]
    return PurePosixPath(*names)


def _numbered(name: str, number: int) -> str:
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending.encode()) > _ENDING_BYTES:
        stem, dot, ending = name, "", ""
    tail = f" ({number}){dot}{ending}"
    return shorten(stem, NAME_BYTES - len(tail.encode())) + tail


def unique_name(name: str, taken: AbstractSet[str], first: int = 2) -> str:
    """Return `name`, or `name (2)`, `name (3)` … whose `name_key` is not among `taken`."""
    candidate = name
    for number in count(first):
        if name_key(candidate) not in taken:
            break
        candidate = _numbered(name, number)
    return candidate


class PathPlan:
    """Gives every path of a set (a torrent's files) a safe place of its own.

    Files that would meet because of case, normalisation or replaced signs are numbered; so is a
    file whose name another path uses as a folder. Linear in the number of paths.
    """

    def __init__(self) -> None:
        self._folders: dict[tuple[str, str], str] = {}
        self._taken: dict[str, set[str]] = {}
        self._numbers: dict[tuple[str, str], int] = {}

    def place(self, text: str | bytes | os.PathLike[str]) -> PurePosixPath:
        """Return the place of the next path; two calls never return the same one."""
        path = safe_relative(text)
        folder = ""
        for name in path.parts[:-1]:
            folder = f"{folder}/{self._folder(folder, name)}" if folder else self._folder("", name)
        name = self._claim(folder, path.name)
        return PurePosixPath(folder, name)

    def _folder(self, parent: str, name: str) -> str:
        key = (parent, name_key(name))
        if key not in self._folders:
            self._folders[key] = self._claim(parent, name)
        return self._folders[key]

    def _claim(self, folder: str, name: str) -> str:
        taken = self._taken.setdefault(folder, set())
        key = (folder, name_key(name))
        # 100,000 twins must not count from 2 each time.
        claimed = unique_name(name, taken, self._numbers.get(key, 2))
        if claimed != name:
            self._numbers[key] = self._numbers.get(key, 2) + 1
        taken.add(name_key(claimed))
        return claimed


def unique_paths(texts: Iterable[str | bytes]) -> list[PurePosixPath]:
    """Return a safe, collision-free relative path for each, in the same order."""
    plan = PathPlan()
    return [plan.place(text) for text in texts]


def join(root: Path, relative: str | os.PathLike[str]) -> Path:
    """Return `root / relative` for a path that was stored as it is, without touching the disk.

    Raises `InvalidInput` when it is absolute or climbs; use `safe_relative` first for foreign
    text. Links on the way are not seen here: `inside` and `open_inside` see them.
    """
    text = os.fspath(relative)
    path = PurePosixPath(text)
    if path.is_absolute() or ".." in path.parts or "\0" in text:
        raise InvalidInput(f"The path {text!r} leaves its folder.", code="path_outside")
    return root / path


def inside(root: Path, candidate: Path) -> bool:
    """Say whether `candidate`, all links followed, is `root` or beneath it. Reads the disk."""
    real = Path(os.path.realpath(candidate))
    return real.is_relative_to(os.path.realpath(root))


def open_inside(
    root: Path, relative: str | os.PathLike[str], flags: int = os.O_RDONLY, mode: int = 0o644
) -> int:
    """Open a file beneath `root` and return its descriptor; never one that lies outside.

    Links that stay inside are followed; the way is then walked again folder by folder without
    following any, so that a link put in between is refused and not obeyed. Blocks on the disk.
    Raises `NotFound` when there is none, `InvalidInput` when it leads outside, OSError otherwise.
    """
    base = Path(os.path.realpath(root))
    real = Path(os.path.realpath(join(base, relative)))
    if not real.is_relative_to(base):
        raise InvalidInput(f"The path {os.fspath(relative)!r} leads outside.", code="path_outside")
    parts = real.relative_to(base).parts
    handle = os.open(base, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for number, part in enumerate(parts):
            wanted = flags if number == len(parts) - 1 else os.O_RDONLY | os.O_DIRECTORY
            after = os.open(part, wanted | os.O_NOFOLLOW | os.O_CLOEXEC, mode, dir_fd=handle)
            os.close(handle)
            handle = after
    except OSError as error:
        os.close(handle)
        if error.errno == errno.ELOOP:
            raise InvalidInput("A link stands in the way.", code="path_outside") from error
        if isinstance(error, FileNotFoundError):
            raise NotFound(f"There is no file {os.fspath(relative)!r}.") from error
        raise
    return handle


def make_folders(root: Path, relative: str | os.PathLike[str]) -> Path:
    """Make the folders of `relative` beneath `root`, which must exist, and return the last.

    Never makes `root` itself: where a drive is missing nothing may appear. Blocks on the disk.
    Raises `InvalidInput` when a link would lead outside, `NotFound` when there is no root.
    """
    target = join(root, relative)
    if not root.is_dir():
        raise NotFound(f"There is no folder {root}.")
    current = root
    for part in target.relative_to(root).parts:
        current /= part
        if not inside(root, current):
            raise InvalidInput(f"The path {current} leads outside.", code="path_outside")
        current.mkdir(exist_ok=True)
    return current
