import { describe, expect, it } from "vitest";
import * as format from "../src/core/format";

describe("sizes and rates", () => {
  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.0 kB"],
    [1_234_567, "1.2 MB"],
    [999_600, "1.0 MB"],
    [123_456_789, "123 MB"],
    [4_000_000_000_000, "4.0 TB"],
    [-5, "0 B"],
  ])("says %d bytes as %s", (count, text) => expect(format.bytes(count)).toBe(text));

  it("says a rate", () => expect(format.rate(2_100_000)).toBe("2.1 MB/s"));
});

describe("progress", () => {
  it.each([
    [0, "0 %"],
    [0.429, "42 %"],
    [0.9999, "99 %"],
    [1, "100 %"],
    [7, "100 %"],
    [-1, "0 %"],
  ])("says %d as %s", (fraction, text) => expect(format.percent(fraction)).toBe(text));
});

describe("times", () => {
  it.each([
    [0, "0:00"],
    [65, "1:05"],
    [3723, "1:02:03"],
    [Number.NaN, "0:00"],
    [Number.POSITIVE_INFINITY, "0:00"],
  ])("shows %d on the clock as %s", (seconds, text) => expect(format.clock(seconds)).toBe(text));

  it.each([
    [40, "40 s"],
    [90, "2 min"],
    [3600, "1 h"],
    [3725, "1 h 2 min"],
    [7190, "2 h"],
    [86400, "1 day"],
    [200_000, "2 days"],
  ])("says %d seconds as %s", (seconds, text) => expect(format.span(seconds)).toBe(text));

  it("says how long ago", () => {
    expect(format.ago(1000, 1010)).toBe("just now");
    expect(format.ago(1000, 1000 + 300)).toBe("5 minutes ago");
    expect(format.ago(1000 + 7200, 1000)).toBe("in 2 hours");
  });
});

describe("names of things", () => {
  it("numbers episodes", () => {
    expect(format.episodeCode(2, 5)).toBe("S02E05");
    expect(format.episodeCode(null, 5)).toBe("E05");
    expect(format.episodeCode(0, 1)).toBe("S00E01");
    expect(format.episodeCode(null, null)).toBe("");
  });

  it("names languages, also those it does not know", () => {
    expect(format.language("de")).toBe("German");
    expect(format.language("und")).toBe("Unknown language");
    expect(format.language("")).toBe("Unknown language");
    expect(format.language("not a code!")).toBe("not a code!");
  });

  it("names HDR and channels", () => {
    expect(format.hdrName("dolby_vision")).toBe("Dolby Vision");
    expect(format.hdrName("new_kind")).toBe("new_kind");
    expect(format.channels(6)).toBe("5.1");
    expect(format.channels(0)).toBe("");
  });
});
