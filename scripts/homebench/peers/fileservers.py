"""Programs that serve a finished file over HTTP."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ..torrents import Torrent
from .base import API, NODE, NODE_MODULES, FileServer, Http
from .webtorrent import url_of

NGINX = """daemon off;
worker_processes {workers};
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
  access_log off;
  sendfile on;
  keepalive_requests 100000;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2;
  fastcgi_temp_path {folder}/t3; uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{ listen 127.0.0.1:{port}; root {root}; }}
}}
"""


class Nginx(FileServer):
    name = "nginx 1.22.1 sendfile"

    def serve(self, source: Path, torrent: Torrent) -> str:
        config = self.folder / "nginx.conf"
        config.write_text(
            "user root;\n"
            + NGINX.format(workers="auto", folder=self.folder, port=API, root=source.parent)
        )
        self.run("nginx", "-c", config, "-e", self.folder / "error.log")
        self.wait(lambda: Http(API)("HEAD", f"/{source.name}")[0] == 200)
        return f"http://127.0.0.1:{API}/{source.name}"


class AiohttpFiles(FileServer):
    name = "aiohttp 3.14.5 FileResponse"

    def serve(self, source: Path, torrent: Torrent) -> str:
        self.run(sys.executable, "-m", "homebench.programs.aiohttp_files", API, source)
        self.wait(lambda: Http(API)("HEAD", "/file")[0] == 200)
        return f"http://127.0.0.1:{API}/file"


class WebTorrentFiles(FileServer):
    name = "webtorrent-cli 6.0.1"

    def serve(self, source: Path, torrent: Torrent) -> str:
        os.link(source, self.data / source.name)
        self.run(
            NODE,
            NODE_MODULES / "webtorrent-cli/bin/cmd.js",
            "download",
            torrent.path,
            "--out",
            self.data,
            "--port",
            API,
            "--quiet",
            "--no-quit",
            "--keep-seeding",
        )
        url = url_of(torrent)
        path = url.partition(f":{API}")[2]

        def answers() -> bool:
            status, body, _ = Http(API, timeout=60)(
                "GET", path, headers={"Range": f"bytes={torrent.size - 10}-"}
            )
            return status == 206 and len(body) == 10

        self.wait(answers, seconds=120, every=0.2)
        return url
