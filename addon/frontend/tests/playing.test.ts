import { describe, expect, it, vi } from "vitest";
import { family, QUESTIONS, report, scriptPlays } from "../src/core/abilities";
import { isPlaylist, qualitiesFor, wayOf } from "../src/core/playback";
import { Stream } from "../src/views/player/stream";

const PLAYLIST = "application/vnd.apple.mpegurl";
const says = (answer: CanPlayTypeResult) => ({ canPlayType: () => answer });
const view = (more: object = {}) => ({
  matchMedia: (() => ({ matches: true })) as unknown as Window["matchMedia"],
  ...more,
});

describe("what the browser says of itself", () => {
  it("answers every question in the words of the web", () => {
    const told = report(says("maybe"), view({ MediaSource: {} }), "Mozilla/5.0 Firefox/140.0");
    expect(Object.keys(told.answers).sort()).toEqual(
      [...Object.keys(QUESTIONS), "mse", "hdr"].sort(),
    );
    expect(told.answers.ac3).toBe("maybe");
    expect(told.answers.mse).toBe("probably");
    expect(report(says(""), view(), "").answers.mse).toBe("");
  });

  it.each([
    ["Mozilla/5.0 (X11) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "chromium"],
    ["Mozilla/5.0 (X11; rv:140.0) Gecko/20100101 Firefox/140.0", "firefox"],
    ["Mozilla/5.0 (Macintosh) AppleWebKit/605.1 Version/26.0 Safari/605.1", "safari"],
    ["Something else", ""],
  ])("knows its family: %s", (agent, name) => {
    expect(family(agent)).toBe(name);
  });

  it("plays playlists by script unless the browser does it with all its tracks", () => {
    const media = { MediaSource: {} };
    expect(scriptPlays(says(""), view(media))).toBe(true);
    expect(scriptPlays(says("maybe"), view(media))).toBe(true);
    expect(scriptPlays({ ...says("maybe"), audioTracks: [] }, view(media))).toBe(false);
    expect(scriptPlays(says("maybe"), view())).toBe(false);
  });
});

describe("how a film is sent", () => {
  it.each([
    ["video/mp4", "/stream/t/film.mp4", "direct"],
    [PLAYLIST, "/stream/t/hls/fmp4-v0-a1/master.m3u8", "remuxed"],
    [PLAYLIST, "/stream/t/hls/fmp4-v0-a1aac2/master.m3u8", "sound"],
    [PLAYLIST, "/stream/t/hls/fmp4-v0h720b3000000r30-a1aac2/master.m3u8", "encoded"],
  ])("%s %s is %s", (mime_type, url, way) => {
    expect(wayOf({ mime_type, url })).toBe(way);
    expect(isPlaylist({ mime_type })).toBe(way !== "direct");
  });

  it("offers only qualities below that of the film", () => {
    expect(qualitiesFor(2160)).toEqual(["auto", "1080p", "720p", "480p"]);
    expect(qualitiesFor(720)).toEqual(["auto", "480p"]);
    expect(qualitiesFor(480)).toEqual([]);
  });
});

describe("a stream", () => {
  it("says so where nothing can play it, and opens nothing once it is closed", async () => {
    const broke = vi.fn();
    const video = document.createElement("video");
    const stream = new Stream(video, "/master.m3u8", { changed: vi.fn(), broke });
    await stream.open(0);
    expect(broke).toHaveBeenCalledWith("format", "");
    broke.mockClear();
    const closed = new Stream(video, "/master.m3u8", { changed: vi.fn(), broke });
    closed.close();
    await closed.open(0);
    expect(broke).not.toHaveBeenCalled();
    expect(closed.sounds).toEqual([]);
  });
});
