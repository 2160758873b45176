"""What an import will do, before it does anything. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from ..models.media import MediaKind, Title
from ..models.releases import Release
from .files import FileRole
from .languages import SubtitleKind
from .naming import beside, media_path
from .selection import Choice, SourceFile

_TRAILER = "trailer"


@dataclass(frozen=True, slots=True)
class ImportJob:
    """A finished download. `folder` is where its files lie, relative to the root of the volume.

    `titles` holds what is known better than the names tell (a correction while it arrived), by
    file index; `probes` JSON of `models.media.Probe`. `may_move`: nothing needs the source any
    more, so that it may be moved where a copy finds no space.
    """

    origin: str
    name: str
    volume_id: str
    folder: str
    files: Sequence[SourceFile]
    titles: Mapping[int, Title]
    probes: Mapping[int, str]
    may_move: bool = False

    def source(self, file: SourceFile) -> str:
        return str(PurePosixPath(self.folder, file.path))


@dataclass(frozen=True, slots=True)
class Step:
    """One file that comes into the library. `target` of what comes along hangs on its film."""

    file: SourceFile
    role: FileRole
    source: str
    title: Title | None = None
    release: Release | None = None
    subtitle: SubtitleKind | None = None
    belongs_to: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """`films` first, then what comes along; `unsorted` stays where it is; `left` with reasons."""

    films: tuple[Step, ...] = ()
    companions: tuple[Step, ...] = ()
    unsorted: tuple[Step, ...] = ()
    left: tuple[tuple[SourceFile, str], ...] = ()


def make_plan(job: ImportJob, choices: Sequence[Choice]) -> Plan:
    """Turn the choices into steps. What belongs to an unsorted film waits with it."""
    films, unsorted, companions = [], [], []
    for choice in choices:
        if choice.role is None:
            continue
        step = _step(job, choice)
        if choice.role is not FileRole.FILM:
            companions.append(step)
        elif step.title is None:
            unsorted.append(step)
        else:
            films.append(step)
    sorted_films = {step.file.index for step in films}
    return Plan(
        tuple(films),
        tuple(step for step in companions if step.belongs_to in sorted_films),
        tuple(unsorted),
        tuple((choice.file, choice.reason) for choice in choices if choice.role is None),
    )


def _step(job: ImportJob, choice: Choice) -> Step:
    return Step(
        choice.file,
        choice.role or FileRole.FILM,
        job.source(choice.file),
        job.titles.get(choice.file.index, choice.title),
        choice.release,
        choice.subtitle,
        choice.belongs_to,
        choice.reason,
    )


def film_target(
    title: Title, release: Release, templates: Mapping[MediaKind, str], source: str
) -> str:
    return media_path(title, release, templates, PurePosixPath(source).suffix.lower())


def companion_target(film: str, source: str, subtitle: SubtitleKind | None) -> str:
    """Return where a subtitle (beside the film) or an extra (in a folder of its own) goes."""
    path = PurePosixPath(source)
    if subtitle is not None:
        return beside(film, subtitle.tail + path.suffix.lower())
    folder = "Trailers" if _TRAILER in path.stem.lower() else "Featurettes"
    return str(home_of_extras(film) / folder / path.name)


def home_of_extras(film: str) -> PurePosixPath:
    """Return the folder of the film or of the whole show, where Jellyfin and Plex look."""
    folders = PurePosixPath(film).parent
    return folders.parent if len(folders.parts) > 2 else folders
