"""How it gets here: the queue and the transports."""

from .entries import HistoryEntry, NewDownload
from .queue import Downloads
from .views import Changes, DownloadTotals, DownloadView, FileView

__all__ = [
    "Changes",
    "DownloadTotals",
    "DownloadView",
    "Downloads",
    "FileView",
    "HistoryEntry",
    "NewDownload",
]
