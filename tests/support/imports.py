"""What the tests of importing share: downloads on the disk, and jobs for them."""

from matinee.library.plan import ImportJob
from matinee.library.selection import SourceFile
from tests.support.library import write

FOLDER = "Downloads"


def download(house, name, files, *, origin="dl1", volume=None, root=None, **more):
    """Write the files of a finished download and return the job that imports it.

    `files` are paths and sizes; the bytes differ from file to file.
    """
    root = root or house.root
    listed = []
    for index, (path, size) in enumerate(files):
        write(root / FOLDER / path, size, fill=f"{origin} {path} ".encode())
        listed.append(SourceFile(index, path, size))
    more = {"titles": {}, "probes": {}, **more}
    return ImportJob(origin, name, (volume or house.volume).id, FOLDER, listed, **more)


def tree(root):
    """Return all files beneath a folder with their sizes, without Matinee's marker."""
    return {
        str(path.relative_to(root)): path.stat().st_size
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.name != ".matinee-volume"
    }


FILM = ("Quiet.Harbour.2019.1080p.mkv", 5000)
PLACE = "Movies/Quiet Harbour (2019)/Quiet Harbour (2019) - 1080p"
