import { html } from "lit";
import { describe, expect, it, vi } from "vitest";
import { locate, match, parseHash, type Route } from "../src/core/router";
import { routes } from "../src/routes";

const route = (path: string): Route => ({
  path,
  title: path,
  load: () => Promise.resolve(),
  render: () => html``,
});

describe("hashes", () => {
  it.each([
    ["", "/", ""],
    ["#", "/", ""],
    ["#/downloads", "/downloads", ""],
    ["#downloads", "/downloads", ""],
    ["#/watch/1?from=30", "/watch/1", "from=30"],
  ])("reads %s", (hash, path, query) => {
    const parsed = parseHash(hash);
    expect([parsed.path, parsed.query.toString()]).toEqual([path, query]);
  });
});

describe("patterns", () => {
  it("takes parameters, decoded", () => {
    expect(match("/show/:id", "/show/a%20b")).toEqual({ id: "a b" });
    expect(match("/show/:id", "/show/%E0%A4%A")).toEqual({ id: "%E0%A4%A" });
    expect(match("/show/:id", "/show")).toBeUndefined();
    expect(match("/show/:id", "/title/1")).toBeUndefined();
    expect(match("/", "/")).toEqual({});
  });

  it("prefers what stands first and says when nothing fits", () => {
    const table = [route("/downloads/history"), route("/downloads/:id")];
    expect(locate(table, "#/downloads/history").route).toBe(table[0]);
    expect(locate(table, "#/downloads/1").params).toEqual({ id: "1" });
    expect(locate(table, "#/nowhere").route).toBeUndefined();
  });
});

describe("the routes of the page", () => {
  it.each(["/", "/downloads", "/downloads/history", "/settings", "/watch/1", "/title/1", "/setup"])(
    "know %s",
    (path) => expect(locate(routes, `#${path}`).route?.title).toBeTruthy(),
  );
});

describe("going back", () => {
  it("stays within the page", async () => {
    const { go, goBack, startRouter, place } = await import("../src/core/router");
    const back = vi.spyOn(history, "back").mockImplementation(() => undefined);
    startRouter([route("/"), route("/watch/:id")]);
    goBack("/title/1");
    expect(back).not.toHaveBeenCalled();
    expect(location.hash).toBe("#/title/1");
    go("/watch/1");
    // A browser gives a new entry no state; happy-dom keeps the one before.
    history.replaceState(null, "");
    window.dispatchEvent(new HashChangeEvent("hashchange"));
    expect(place.value.params).toEqual({ id: "1" });
    goBack("/");
    expect(back).toHaveBeenCalledOnce();
  });
});
