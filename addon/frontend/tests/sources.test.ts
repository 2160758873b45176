import { describe, expect, it } from "vitest";
import { isTorrentFile, linkName, linksIn } from "../src/core/sources";

const HASH = "c12fe1c06bba254a9dc9f519b335aa7c1367a88a";

describe("links in a text", () => {
  it.each([
    ["nothing", "hello, this is no link", []],
    ["a magnet", `magnet:?xt=urn:btih:${HASH}`, [`magnet:?xt=urn:btih:${HASH}`]],
    [
      "a magnet with addresses in it",
      `magnet:?xt=urn:btih:${HASH}&tr=http://t.example/a`,
      [`magnet:?xt=urn:btih:${HASH}&tr=http://t.example/a`],
    ],
    ["a bare hash", ` ${HASH} `, [`magnet:?xt=urn:btih:${HASH}`]],
    ["a bare v2 hash", "a".repeat(64), [`magnet:?xt=urn:btmh:1220${"a".repeat(64)}`]],
    [
      "several, once each",
      `https://a.example/1.torrent\nhttps://a.example/1.torrent https://b.example/2.torrent`,
      ["https://a.example/1.torrent", "https://b.example/2.torrent"],
    ],
    ["a link in prose", `see <a href="http://a.example/x">`, ["http://a.example/x"]],
  ])("finds %s", (_, text, links) => expect(linksIn(text)).toEqual(links));
});

describe("names of links", () => {
  it("prefers the name that the link gives", () => {
    expect(linkName(`magnet:?xt=urn:btih:${HASH}&dn=The+General`)).toBe("The General");
  });

  it("shows no passkey of a tracker or address", () => {
    expect(linkName(`magnet:?xt=urn:btih:${HASH}&tr=http://t/secretpasskey`)).toBe("c12fe1c06bba…");
    expect(linkName("https://a.example/file.torrent?passkey=secret")).toBe("file.torrent");
  });
});

describe("files", () => {
  it("knows torrents by name or type", () => {
    expect(isTorrentFile(new File([], "A.TORRENT"))).toBe(true);
    expect(isTorrentFile(new File([], "a", { type: "application/x-bittorrent" }))).toBe(true);
    expect(isTorrentFile(new File([], "torrent.mkv"))).toBe(false);
  });
});
