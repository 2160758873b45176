import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { all, authorise, asProblem, get, post, Problem, request } from "../src/api/client";
import { linkAddress, resolve } from "../src/core/base";
import { answers } from "./fixtures";

function at(address: string): void {
  vi.spyOn(document, "baseURI", "get").mockReturnValue(address);
}

beforeEach(() => at("http://home.test:8674/#/downloads"));
afterEach(() => {
  vi.unstubAllGlobals();
  authorise("");
});

describe("addresses", () => {
  it.each([
    ["http://home.test:8674/", "http://home.test:8674/api/me"],
    ["http://home.test:8674/#/link/secret", "http://home.test:8674/api/me"],
    ["https://ha.test/api/ingress/abc/", "https://ha.test/api/ingress/abc/api/me"],
    ["https://ha.test/api/ingress/abc/index.html", "https://ha.test/api/ingress/abc/api/me"],
  ])("lie below %s", (base, expected) => {
    at(base);
    expect(resolve("/api/me")).toBe(expected);
    expect(resolve("api/me")).toBe(expected);
  });

  it("keep the secret of a link in the fragment", () => {
    at("https://ha.test/base/index.html#/people");
    expect(linkAddress("a b")).toBe("https://ha.test/base/#/link/a%20b");
    expect(linkAddress("x", "http://192.0.2.1:8674")).toBe("http://192.0.2.1:8674/base/#/link/x");
  });
});

describe("requests", () => {
  it("carry the token and JSON", async () => {
    const fake = answers({ "POST /api/play": { id: "1" } });
    const seen = vi.fn(fake.fetch);
    vi.stubGlobal("fetch", seen);
    authorise("secret");
    await expect(post("api/play", { media: "1" })).resolves.toEqual({ id: "1" });
    const headers = seen.mock.calls[0]?.[1]?.headers as Record<string, string>;
    expect(headers.Authorization).toBe("Bearer secret");
    expect(fake.calls[0]?.body).toEqual({ media: "1" });
  });

  it("leave out empty parameters", async () => {
    const fake = answers({ "GET /api/library": { items: [] } });
    vi.stubGlobal("fetch", fake.fetch);
    await get("api/library", { q: "", cursor: null, kind: undefined, limit: 5 });
    expect(fake.calls[0]?.url.search).toBe("?limit=5");
  });

  it("follow cursors to the end", async () => {
    const pages = [
      { items: [1, 2], next_cursor: "c" },
      { items: [3], next_cursor: null },
    ];
    vi.stubGlobal("fetch", () => Promise.resolve(Response.json(pages.shift())));
    await expect(all("api/trash")).resolves.toEqual([1, 2, 3]);
  });

  it("answer 204 with nothing", async () => {
    vi.stubGlobal("fetch", () => Promise.resolve(new Response(null, { status: 204 })));
    await expect(request("DELETE", "api/trash")).resolves.toBeUndefined();
  });
});

describe("problems", () => {
  it("come in the engine's words", async () => {
    const body = { title: "No space", detail: "Full.", code: "no_space", hint: "Free 2 GB." };
    vi.stubGlobal("fetch", () => Promise.resolve(Response.json(body, { status: 507 })));
    const problem = await get("api/x").catch(asProblem);
    expect(problem).toMatchObject({
      status: 507,
      code: "no_space",
      message: "Full.",
      hint: "Free 2 GB.",
    });
  });

  it("come in our words where a proxy answers", async () => {
    vi.stubGlobal("fetch", () => Promise.resolve(new Response("<h1>Bad gateway", { status: 502 })));
    const problem = await get("api/x").catch(asProblem);
    expect(problem).toMatchObject({ status: 502, code: "http_502" });
    expect((problem as Problem).message).toContain("502");
  });

  it("say when the engine cannot be reached, and what to do", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
    const problem = asProblem(await get("api/x").catch((error: unknown) => error));
    expect(problem.code).toBe("unreachable");
    expect(problem.hint).not.toBe("");
  });

  it("end the session when the token is refused", async () => {
    const left = vi.fn();
    authorise("old", left);
    vi.stubGlobal("fetch", () => Promise.resolve(Response.json({}, { status: 401 })));
    await expect(get("api/me")).rejects.toBeInstanceOf(Problem);
    expect(left).toHaveBeenCalledOnce();
  });
});
