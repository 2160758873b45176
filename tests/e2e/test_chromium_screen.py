"""What the real Chromium plays is what its profile says, and what it says of itself.

Twenty kinds of file: each is served, played and looked at. A film counts as played when its
picture is not black and its sound was decoded.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Mapping
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from matinee.models.media import Probe
from matinee.models.screens import DecisionKind, Means, MediaFacts, ScreenProfile
from matinee.playback.containers import mime_type
from matinee.playback.screens import BUILT_IN, decide_playback, from_report
from matinee.playback.screens.reported import QUESTIONS
from matinee.programs.ffmpeg import probe
from tests.support.films import ffmpeg

H264 = "-c:v libx264 -preset ultrafast -pix_fmt"
FILES = {
    "plain.mp4": f"{H264} yuv420p -c:a aac",
    "plain.mkv": f"{H264} yuv420p -c:a aac",
    "surround.mkv": f"{H264} yuv420p -c:a aac -ac 6",
    "ten-bit.mkv": "-c:v libx264 -profile:v high10 -pix_fmt yuv420p10le -c:a aac",
    "colours.mp4": "-c:v libx264 -profile:v high422 -pix_fmt yuv422p -c:a aac",
    "opus.mkv": f"{H264} yuv420p -c:a libopus",
    "vorbis.mkv": f"{H264} yuv420p -c:a libvorbis",
    "flac.mkv": f"{H264} yuv420p -c:a flac",
    "mp3.mp4": f"{H264} yuv420p -c:a libmp3lame",
    "pcm.mov": f"{H264} yuv420p -c:a pcm_s16le",
    "ac3.mkv": f"{H264} yuv420p -c:a ac3",
    "eac3.mp4": f"{H264} yuv420p -c:a eac3",
    "dts.mkv": f"{H264} yuv420p -c:a dca -strict -2",
    "alac.mp4": f"{H264} yuv420p -c:a alac",
    "vp9-ten-bit.webm": "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -pix_fmt yuv420p10le"
    " -c:a libopus",
    "vp8.webm": "-c:v libvpx -deadline realtime -cpu-used 8 -c:a libvorbis",
    "xvid.avi": "-c:v mpeg4 -c:a libmp3lame",
    "mpeg4.mp4": "-c:v mpeg4 -c:a aac",
    "broadcast.ts": f"{H264} yuv420p -c:a aac",
    "old.flv": f"{H264} yuv420p -c:a aac",
}
PLAY = """async name => {
  const video = document.querySelector("video"), until = performance.now() + 20000;
  video.src = name;
  const seen = () => {
    const canvas = document.createElement("canvas"), context = canvas.getContext("2d");
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    return context.getImageData(0, 0, canvas.width, canvas.height).data
      .some((value, at) => at % 4 < 3 && value > 32);
  };
  try { await video.play(); }
  catch (error) { return {opened: false, picture: false, sound: false}; }
  while (!video.ended && !video.error && performance.now() < until)
    await new Promise(done => setTimeout(done, 50));
  return {opened: true, picture: video.videoWidth > 0 && seen(),
          sound: video.webkitAudioDecodedByteCount > 0};
}"""
ASK = "types => types.map(type => document.createElement('video').canPlayType(type))"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None: ...

    def guess_type(self, path: Any) -> str:
        return "text/html" if str(path).endswith(".html") else mime_type(str(path))


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("films")
    (folder / "index.html").write_text("<!doctype html><video muted></video>", "utf-8")
    for name, options in FILES.items():
        ffmpeg(
            "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=24:duration=1",
            "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=1",
            *options.split(), folder / name,
        )  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def address(films: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(films)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def page(browser: Browser, address: str) -> Iterator[Page]:
    page = browser.new_page()
    page.goto(f"{address}/index.html")
    yield page
    page.close()


@pytest.fixture(scope="module")
def probes(films: Path) -> Mapping[str, Probe]:
    async def every() -> dict[str, Probe]:
        return {name: await probe(films / name) for name in FILES}

    # Playwright's own loop runs in this thread.
    found: list[dict[str, Probe]] = []
    thread = threading.Thread(target=lambda: found.append(asyncio.run(every())))
    thread.start()
    thread.join()
    return found[0]


@pytest.fixture(scope="module")
def told(page: Page) -> ScreenProfile:
    """Return the profile of what this browser answers."""
    asked = {key: question for key, question in QUESTIONS.items() if "/" in question}
    answers = dict(zip(asked, page.evaluate(ASK, list(asked.values())), strict=True))
    return from_report({**answers, "mse": "probably"}, "chromium")


@pytest.mark.parametrize("name", FILES)
def test_what_goes_as_it_is_plays_and_what_does_not_would_fail(
    name: str, page: Page, probes: Mapping[str, Probe], told: ScreenProfile
) -> None:
    seen = page.evaluate(PLAY, name)
    plays = seen["opened"] and seen["picture"] and seen["sound"]
    media = MediaFacts(name, probes[name])
    decision = decide_playback(media, BUILT_IN["chromium"])
    assert (decision.kind is DecisionKind.DIRECT) == plays, (seen, decision)
    alone = decide_playback(media, BUILT_IN["chromium"], means=Means(remux=False))
    assert alone.attempt == seen["picture"], (seen, alone)
    # The browser denies some that it plays all the same, such as 4:2:2; never the reverse.
    if decide_playback(media, told).kind is DecisionKind.DIRECT:
        assert plays, seen
    elif plays:
        assert name == "colours.mp4"
