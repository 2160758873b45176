import { describe, expect, it } from "vitest";
import { merge } from "../src/core/merge";
import { bufferedEnd, isPlayable, missingTracks, worthResuming } from "../src/core/playback";
import { joinSize, splitSize } from "../src/core/sizes";
import { distance } from "../src/core/spatial";
import { commonPriority, filesIn, tree } from "../src/core/tree";
import { initials } from "../src/ui/poster";
import { guessText, wholeGuess } from "../src/views/unsorted";
import { checkText, streamText } from "../src/views/media";
import { nextUp } from "../src/views/show";
import { cleanCode } from "../src/views/sign-in";
import { item } from "./fixtures";

describe("films and shows in one grid", () => {
  const film = (id: string, added_at: number) => item({ id, added_at });
  const show = (id: string, added_at: number) => item({ id, kind: "show", added_at });

  it("puts shows where they belong", () => {
    const all = merge([film("a", 9), film("b", 5)], [show("t", 1), show("s", 7)], "added", false);
    expect(all.map((one) => one.id)).toEqual(["a", "s", "b", "t"]);
  });

  it("keeps shows back that belong to pages to come", () => {
    const all = merge([film("a", 9)], [show("s", 1)], "added", true);
    expect(all.map((one) => one.id)).toEqual(["a"]);
  });

  it("sorts by title as people do", () => {
    const named = (id: string, title: string, kind: "movie" | "show") => item({ id, title, kind });
    const films = [named("b", "Ärger 2", "movie"), named("c", "Ärger 10", "movie")];
    const all = merge(films, [named("s", "ärger 9", "show")], "title", false);
    expect(all.map((one) => one.id)).toEqual(["b", "s", "c"]);
  });
});

describe("what a browser leaves out", () => {
  const playing = { currentTime: 10, videoWidth: 1920, webkitAudioDecodedByteCount: 5 };
  const both = { video: true, audio: true };

  it.each([
    ["all is well", playing, both, []],
    ["silent", { ...playing, webkitAudioDecodedByteCount: 0 }, both, ["audio"]],
    ["black", { ...playing, videoWidth: 0 }, both, ["video"]],
    ["Firefox, silent", { currentTime: 10, videoWidth: 1, mozHasAudio: false }, both, ["audio"]],
    ["a browser that tells nothing", { currentTime: 10, videoWidth: 1 }, both, []],
    [
      "no sound expected",
      { ...playing, webkitAudioDecodedByteCount: 0 },
      { video: true, audio: false },
      [],
    ],
    ["too early to say", { ...playing, currentTime: 1, videoWidth: 0 }, both, []],
  ] as const)("%s", (_, player, expected, missing) => {
    expect(missingTracks(player, expected, 0)).toEqual(missing);
  });
});

describe("the player's decisions", () => {
  it("offers to resume only in the middle", () => {
    expect(worthResuming(10, 100)).toBe(false);
    expect(worthResuming(60, 1000)).toBe(true);
    expect(worthResuming(990, 1000)).toBe(false);
    expect(worthResuming(60, 0)).toBe(true);
  });

  it("finds the buffered range around the position", () => {
    const ranges = [
      [0, 10],
      [50, 80],
    ] as const;
    const buffered = {
      length: 2,
      start: (index: number) => ranges[index]?.[0] ?? 0,
      end: (index: number) => ranges[index]?.[1] ?? 0,
    };
    expect(bufferedEnd(buffered, 60, 100)).toBe(0.8);
    expect(bufferedEnd(buffered, 30, 100)).toBe(0);
    expect(bufferedEnd(buffered, 5, 0)).toBe(0);
  });

  it("plays what is here or arrives", () => {
    expect(isPlayable({ state: "arriving" })).toBe(true);
    expect(isPlayable({ state: "offline" })).toBe(false);
  });
});

describe("sizes that people set", () => {
  it.each([
    [2 ** 31, 2, "GiB"],
    [16 * 2 ** 20, 16, "MiB"],
    [1_500_000, 1.5, "MB"],
    [0, 0, "MB"],
    [7, 7, "B"],
  ])("splits %d exactly", (value, amount, unit) => {
    expect(splitSize(value)).toEqual({ amount, unit });
    expect(joinSize(amount, unit)).toBe(value);
  });
});

describe("moving by arrow keys", () => {
  const box = (left: number, top: number) => ({ left, top, right: left + 10, bottom: top + 10 });

  it("goes only the way it is told", () => {
    expect(distance(box(0, 0), box(20, 0), "ArrowLeft")).toBe(Infinity);
    expect(distance(box(0, 0), box(20, 0), "ArrowRight")).toBeLessThan(Infinity);
    expect(distance(box(0, 20), box(0, 0), "ArrowUp")).toBeLessThan(Infinity);
  });

  it("keeps the row", () => {
    const same = distance(box(0, 0), box(60, 0), "ArrowRight");
    const nearerButBelow = distance(box(0, 0), box(20, 60), "ArrowRight");
    expect(same).toBeLessThan(nearerButBelow);
  });
});

describe("the tree of files", () => {
  const file = (index: number, path: string, priority: "normal" | "skip" = "normal") => ({
    index,
    path,
    size: 1,
    priority,
  });
  const files = [file(0, "S/1.mkv"), file(1, "S/Subs/1.srt", "skip"), file(2, "readme")];

  it("keeps folders", () => {
    const root = tree(files);
    expect(root.files.map((one) => one.index)).toEqual([2]);
    expect(root.folders.map((one) => one.path)).toEqual(["S"]);
    expect(root.folders[0]?.folders[0]?.path).toBe("S/Subs");
    expect(filesIn(root)).toHaveLength(3);
  });

  it("tells whether all have one priority", () => {
    expect(commonPriority(files)).toBe("");
    expect(commonPriority(files.slice(1, 2))).toBe("skip");
    expect(commonPriority([])).toBe("");
  });
});

describe("titles", () => {
  it.each([
    ["The Lost Harbour", "LH"],
    ["Häxan", "H"],
    ["7 Chances", "7C"],
    ["!!!", ""],
    ["🎬 Night", "N"],
  ])("%s has the letters %s", (title, letters) => expect(initials(title)).toBe(letters));

  it("takes only whole guesses", () => {
    expect(wholeGuess({ kind: "movie", title: "" })).toBeUndefined();
    expect(wholeGuess({ kind: "episode", title: "X", season: 1 })).toBeUndefined();
    expect(wholeGuess(null)).toBeUndefined();
    const guess = wholeGuess({ kind: "episode", title: "X", year: 2020, season: 1, episode: 2 });
    expect(guess && guessText(guess)).toBe("X (2020) S01E02");
  });

  it("says what a stream is", () => {
    const stream = { index: 0, language: "de", title: "", codec: "dts" };
    expect(streamText({ ...stream, kind: "audio", channels: 6 })).toBe("German · DTS · 5.1");
    const video = { ...stream, kind: "video", codec: "hevc", width: 1, height: 2 } as const;
    expect(streamText({ ...video, hdr: "hdr10" })).toBe("1 × 2 · HEVC · HDR10");
  });

  it("says what a check found", () => {
    expect(checkText("")).toBe("not checked yet");
    expect(checkText("ok")).toBe("in order");
    expect(checkText("damaged: Bytes differ.")).toBe("damaged: Bytes differ.");
  });

  it("names the episode to watch next", () => {
    const episode = (id: string, change = {}) =>
      item({ id, kind: "episode", season: 1, ...change });
    const show = (next_id: string | null, ...episodes: ReturnType<typeof episode>[]) => ({
      ...item({ kind: "show" }),
      seasons: [{ number: 1, episodes }],
      next_id,
    });
    const seen = episode("a", { watched: true });
    expect(nextUp(show("b", seen, episode("c"), episode("b")))?.id).toBe("b");
    expect(nextUp(show(null, seen, episode("b")))?.id).toBe("b");
    expect(nextUp(show(null, episode("b", { state: "missing" })))).toBeUndefined();
  });

  it("reads pairing codes as people type them", () => {
    expect(cleanCode(" k7qm-2xpa ")).toBe("K7QM2XPA");
  });
});
