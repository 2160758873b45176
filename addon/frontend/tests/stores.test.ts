import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Store } from "../src/core/store";
import { addAll, torrentSources } from "../src/stores/adding";
import * as live from "../src/stores/live";
import * as sessions from "../src/stores/session";
import { attempt, dismiss, say, toasts } from "../src/stores/toasts";
import { answers, download } from "./fixtures";

beforeEach(() => {
  toasts.set([]);
  live.downloads.set(undefined);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("a store", () => {
  it("tells of changes only, until told to stop", () => {
    const store = new Store(1);
    const heard = vi.fn();
    const stop = store.subscribe(heard);
    store.set(1);
    store.set(2);
    stop();
    store.set(3);
    expect(heard).toHaveBeenCalledOnce();
  });
});

describe("live frames", () => {
  const totals = { rate_down: 1, rate_up: 2, active: 1 };

  it("begin with a snapshot and go on with changes", () => {
    const [a, b] = [download({ id: "a" }), download({ id: "b" })];
    live.receive({ type: "snapshot", downloads: [a, b], totals });
    const changed = { ...b, progress: 0.5 };
    live.receive({ type: "changes", downloads: [changed], removed: ["a"], totals });
    expect([...(live.downloads.value?.values() ?? [])]).toEqual([changed]);
    expect(live.totals.value).toEqual(totals);
  });

  it("forget with a snapshot what went while they were away", () => {
    live.receive({ type: "snapshot", downloads: [download({ id: "a" })], totals });
    live.receive({ type: "snapshot", downloads: [], totals });
    expect(live.downloads.value?.size).toBe(0);
  });

  it("wake whoever shows the library", () => {
    const before = live.libraryChanges.value;
    live.receive({ type: "library", sequence: 5, media_ids: ["x"] });
    expect(live.libraryChanges.value).toBe(before + 1);
  });

  it("are ready for messages of later versions", () => {
    const unknown = { type: "news" } as unknown as Parameters<typeof live.receive>[0];
    expect(() => live.receive(unknown)).not.toThrow();
  });
});

describe("trying again", () => {
  it("waits longer each time, up to a limit", () => {
    const waits = [0, 1, 2, 3, 20].map((n) => live.backoff(n, 0.5));
    expect(waits).toEqual([500, 1000, 2000, 4000, 15000]);
  });
});

describe("signing in", () => {
  const user = { id: "u", name: "Anna", role: "member", created_at: 0 };

  beforeEach(() => localStorage.clear());

  it("keeps the token and gives it up again", async () => {
    const fake = answers({
      "POST /api/pair": { token: "t", user, role: "member" },
      "GET /api/me": { user, role: "member", token_id: "1" },
      "POST /api/tokens/revoke": {},
    });
    vi.stubGlobal("fetch", fake.fetch);
    await sessions.signInWithCode("K7QM2XPA", "Laptop");
    expect(localStorage.getItem("matinee.token")).toBe("t");
    expect(sessions.session.value.state).toBe("in");
    expect(sessions.mayChange()).toBe(true);
    expect(sessions.isAdmin()).toBe(false);
    await sessions.signOut();
    expect(localStorage.getItem("matinee.token")).toBeNull();
    expect(sessions.session.value.state).toBe("out");
    expect(fake.calls.at(-1)?.body).toEqual({ token: "t" });
  });

  it("says why, when the token has ended", async () => {
    localStorage.setItem("matinee.token", "old");
    vi.stubGlobal("fetch", () => Promise.resolve(Response.json({}, { status: 401 })));
    await sessions.resumeSession();
    expect(sessions.session.value.state).toBe("out");
    expect(sessions.session.value.reason).toBeTruthy();
  });

  it("keeps the token while the engine is away", async () => {
    localStorage.setItem("matinee.token", "t");
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no")));
    await expect(sessions.resumeSession()).rejects.toMatchObject({ code: "unreachable" });
    expect(localStorage.getItem("matinee.token")).toBe("t");
  });

  it.each([
    ["Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537", "Chrome on Windows"],
    ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko Firefox/140.0", "Firefox on Linux"],
    ["Mozilla/5.0 (iPhone; CPU iPhone OS 18) Version/18 Safari/605", "Safari on iPhone"],
    ["Mozilla/5.0 (Web0S; Linux/SmartTV) Chrome/120", "Chrome on LG TV"],
    ["something else", "Browser"],
  ])("names the device of %s", (agent, name) => expect(sessions.deviceName(agent)).toBe(name));
});

describe("adding", () => {
  it("goes on after one that fails, and says of each how it went", async () => {
    const added = await addAll([
      { name: "bad", send: () => Promise.reject(new Error("no")) },
      { name: "good", send: () => Promise.resolve(download({ id: "g", name: "Good" })) },
      {
        name: "twice",
        send: () => Promise.resolve(download({ id: "g", name: "Good", duplicate: true })),
      },
    ]);
    expect(added.map((one) => one.id)).toEqual(["g", "g"]);
    expect(toasts.value.map((toast) => toast.kind)).toEqual(["error", "ok", "info"]);
    expect(live.downloads.value?.has("g")).toBe(true);
  });

  it("refuses other files in words", () => {
    const files = [new File([], "a.torrent"), new File([], "film.mkv")];
    expect(torrentSources(files).map((source) => source.name)).toEqual(["a.torrent"]);
    expect(toasts.value[0]?.text).toContain("film.mkv");
  });
});

describe("toasts", () => {
  it("leave by themselves, errors stay", () => {
    vi.useFakeTimers();
    say({ kind: "ok", text: "done" });
    say({ kind: "error", text: "broken" });
    vi.advanceTimersByTime(60_000);
    expect(toasts.value.map((toast) => toast.text)).toEqual(["broken"]);
    dismiss(toasts.value[0]?.id ?? 0);
    expect(toasts.value).toEqual([]);
  });

  it("do not repeat themselves", () => {
    say({ kind: "error", text: "same" });
    say({ kind: "error", text: "same" });
    expect(toasts.value).toHaveLength(1);
  });

  it("say what went wrong", async () => {
    await expect(attempt(() => Promise.reject(new Error("x")), "Film")).resolves.toBe(false);
    expect(toasts.value[0]?.text).toContain("Film");
    await expect(attempt(() => Promise.resolve())).resolves.toBe(true);
  });
});
