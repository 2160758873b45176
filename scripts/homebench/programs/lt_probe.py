"""Questions about libtorrent 2.1.1 through Python, each answered with one JSON line.

Usage: lt_probe read_piece TORRENT FOLDER
       lt_probe readable TORRENT SAVE_PATH DISK_IO DOWNLOAD_LIMIT
       lt_probe blocks TORRENT SAVE_PATH
       lt_probe status COUNT FOLDER
       lt_probe wakeup
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

import libtorrent as lt

from ..report import percentile
from .bare_download import QUIET

CATEGORY = lt.alert.category_t


def cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def session(alerts: int, disk_io: str = "", **settings: object) -> lt.session:
    params = lt.session_params()
    if disk_io:
        params.disk_io_constructor = disk_io
    params.settings = (
        QUIET
        | {
            "listen_interfaces": "0.0.0.0:0",
            "alert_mask": alerts,
            "enable_incoming_utp": False,
            "enable_outgoing_utp": False,
        }
        | settings
    )
    return lt.session(params)


def load(path: str, save_path: str, flags: int = 0) -> lt.add_torrent_params:
    params = lt.load_torrent_file(path)
    params.save_path = save_path
    params.flags &= ~(lt.torrent_flags.auto_managed | lt.torrent_flags.paused)
    params.flags |= flags
    return params


def in_ms(values: list[float]) -> dict[str, float]:
    return {
        f"p{int(share * 100)}_ms": round(percentile(values, share) * 1000, 3)
        for share in (0.5, 0.9, 0.99)
    } | {"max_ms": round(max(values) * 1000, 3)}


def read_piece(torrent: str, folder: str) -> dict:
    """How fast whole pieces come through read_piece_alert, next to reading the file."""
    ses = session(
        CATEGORY.error_notification | CATEGORY.storage_notification | CATEGORY.status_notification
    )
    handle = ses.add_torrent(load(torrent, folder, lt.torrent_flags.seed_mode))
    info = handle.torrent_file()
    while not handle.status().is_seeding:
        time.sleep(0.01)
    count, length = info.num_pieces(), info.piece_length()
    out: dict = {"piece_mib": length / 2**20, "pieces": count}
    for outstanding in (1, 8):
        for copy in (False, True):
            ses.pop_alerts()
            asked = got = size = 0
            sent_at: dict[int, float] = {}
            took = []
            started, used = time.monotonic(), cpu()
            while got < count:
                while asked < count and asked - got < outstanding:
                    sent_at[asked] = time.monotonic()
                    handle.read_piece(asked)
                    asked += 1
                ses.wait_for_alert(1000)
                for alert in ses.pop_alerts():
                    if isinstance(alert, lt.read_piece_alert):
                        took.append(time.monotonic() - sent_at[alert.piece])
                        size += len(bytes(alert.buffer)) if copy else alert.size
                        got += 1
            elapsed = time.monotonic() - started
            out[f"outstanding{outstanding}_{'bytes' if copy else 'untouched'}"] = {
                "mib_s": round(size / elapsed / 2**20, 1),
                "cpu_s_per_gib": round((cpu() - used) / size * 2**30, 3),
                **in_ms(took),
            }
    fd = os.open(Path(folder) / info.name(), os.O_RDONLY)
    started, used = time.monotonic(), cpu()
    size = sum(len(os.pread(fd, length, at * length)) for at in range(count))
    out["os_pread"] = {
        "mib_s": round(size / (time.monotonic() - started) / 2**20, 1),
        "cpu_s_per_gib": round((cpu() - used) / size * 2**30, 3),
    }
    return out


def readable(torrent: str, save_path: str, disk_io: str, limit: str) -> dict:
    """When piece_finished_alert comes, is the piece in the file, as another reader sees it?"""
    ses = session(
        CATEGORY.error_notification
        | CATEGORY.status_notification
        | CATEGORY.piece_progress_notification,
        disk_io,
        download_rate_limit=int(limit),
        alert_queue_size=200000,
    )
    everyone = lt.ip_filter()
    everyone.add_rule("0.0.0.0", "255.255.255.255", 1 << ses.global_peer_class_id)
    ses.set_peer_class_filter(everyone)
    params = load(torrent, save_path)
    handle = ses.add_torrent(params)
    info = handle.torrent_file()
    path, length = Path(save_path) / info.name(), info.piece_length()
    fd = -1
    at_once = late = 0
    delays, checks = [], []
    pending: dict[int, float] = {}
    done = False
    started = time.monotonic()

    def right(piece: int) -> bool:
        nonlocal fd
        if fd < 0:
            try:
                fd = os.open(path, os.O_RDONLY)
            except FileNotFoundError:
                return False
        data = os.pread(fd, info.piece_size(piece), piece * length)
        return hashlib.sha1(data).digest() == info.hash_for_piece(piece)

    while not done or pending:
        ses.wait_for_alert(1)
        for alert in ses.pop_alerts():
            if isinstance(alert, lt.piece_finished_alert):
                now = time.monotonic()
                if right(alert.piece_index):
                    at_once += 1
                else:
                    pending[alert.piece_index] = now
                checks.append(time.monotonic() - now)
            elif isinstance(alert, lt.torrent_finished_alert):
                done = True
                took = time.monotonic() - started
        for piece, since in list(pending.items()):
            if right(piece):
                late += 1
                delays.append(time.monotonic() - since)
                del pending[piece]
            elif time.monotonic() - since > 15:
                delays.append(15.0)
                del pending[piece]
    maps = sum(1 for line in open("/proc/self/maps") if path.name in line)
    return {
        "disk_io": disk_io or "default",
        "limit": int(limit),
        "at_once": at_once,
        "late": late,
        "never_in_15s": len(delays) - late,
        "took_s": round(took, 2),
        "late_by": in_ms(delays) if delays else None,
        "mapped_now": maps,
    }


def blocks(torrent: str, save_path: str) -> dict:
    """Alerts of every block at full speed: how many a second Python can take."""
    out = {}
    for label, mask, read in (
        ("pieces_only", CATEGORY.piece_progress_notification, False),
        (
            "every_block",
            CATEGORY.piece_progress_notification | CATEGORY.block_progress_notification,
            False,
        ),
        (
            "every_block_read",
            CATEGORY.piece_progress_notification | CATEGORY.block_progress_notification,
            True,
        ),
    ):
        ses = session(
            CATEGORY.error_notification | CATEGORY.status_notification | mask, alert_queue_size=5000
        )
        folder = Path(save_path) / label
        folder.mkdir()
        ses.add_torrent(load(torrent, str(folder)))
        count = batches = dropped = 0
        inside, done = 0.0, False
        started, used = time.monotonic(), cpu()
        while not done:
            ses.wait_for_alert(1000)
            before = time.thread_time()
            alerts = ses.pop_alerts()
            for alert in alerts:
                if read:
                    alert.what(), alert.message()
                if isinstance(alert, lt.torrent_finished_alert):
                    done = True
                elif isinstance(alert, lt.alerts_dropped_alert):
                    dropped += 1
            inside += time.thread_time() - before
            count += len(alerts)
            batches += 1
        elapsed = time.monotonic() - started
        out[label] = {
            "wall_s": round(elapsed, 2),
            "cpu_s": round(cpu() - used, 2),
            "alerts": count,
            "batches": batches,
            "dropped_alerts": dropped,
            "python_us_per_alert": round(inside / max(1, count) * 1e6, 2),
        }
        del ses
    return out


def status(count: str, folder: str) -> dict:
    """The cost of knowing the state of many torrents.

    Not by session.get_torrent_status: its Python predicate crashes the interpreter (2.1.1).
    """
    ses = session(
        CATEGORY.error_notification | CATEGORY.status_notification, alert_queue_size=20000
    )
    handles = []
    for path in sorted(Path(folder).glob("*.torrent"))[: int(count)]:
        params = lt.load_torrent_file(str(path))
        params.save_path = tempfile.gettempdir()
        params.flags |= lt.torrent_flags.paused
        params.flags &= ~lt.torrent_flags.auto_managed
        handles.append(ses.add_torrent(params))
    time.sleep(3)
    ses.pop_alerts()
    each, posted, built = [], [], []

    def row(state: lt.torrent_status) -> dict:
        return {
            "name": state.name,
            "progress": state.progress,
            "state": str(state.state),
            "down": state.download_payload_rate,
            "up": state.upload_payload_rate,
            "done": state.total_wanted_done,
            "wanted": state.total_wanted,
            "peers": state.num_peers,
            "seeds": state.num_seeds,
            "added": state.added_time,
        }

    for _ in range(50):
        started = time.perf_counter()
        states = [handle.status() for handle in handles]
        each.append(time.perf_counter() - started)
        started = time.perf_counter()
        json.dumps([row(state) for state in states])
        built.append(time.perf_counter() - started)
        for handle in handles:
            handle.set_download_limit(1000 + len(posted))
        started = time.perf_counter()
        ses.post_torrent_updates(0)
        found = None
        while found is None and time.perf_counter() - started < 2:
            ses.wait_for_alert(500)
            for alert in ses.pop_alerts():
                if isinstance(alert, lt.state_update_alert):
                    found = len(alert.status)
        posted.append(time.perf_counter() - started)
    return {
        "torrents": len(handles),
        "status_one_by_one": in_ms(each),
        "rows_to_json": in_ms(built),
        "post_torrent_updates": in_ms(posted),
        "updates_in_last": found,
    }


def wakeup() -> dict:
    """From a posted alert to asyncio: set_alert_notify with call_soon_threadsafe."""

    async def measure() -> list[float]:
        ses = session(CATEGORY.stats_notification | CATEGORY.error_notification)
        loop = asyncio.get_running_loop()
        woke = asyncio.Event()
        ses.set_alert_notify(lambda: loop.call_soon_threadsafe(woke.set))
        took = []
        for _ in range(500):
            woke.clear()
            ses.pop_alerts()
            started = time.perf_counter()
            ses.post_session_stats()
            while not any(isinstance(alert, lt.session_stats_alert) for alert in ses.pop_alerts()):
                await asyncio.wait_for(woke.wait(), 2)
                woke.clear()
            took.append(time.perf_counter() - started)
        ses.set_alert_notify(lambda: None)
        return took

    return {"alert_to_asyncio": in_ms(asyncio.run(measure()))}


if __name__ == "__main__":
    action, *arguments = sys.argv[1:]
    print(json.dumps(globals()[action](*arguments)))
