import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { LitElement } from "lit";
import { authorise, Problem } from "../src/api/client";
import { downloads } from "../src/stores/live";
import { session } from "../src/stores/session";
import "../src/ui/card";
import "../src/ui/download-row";
import type { DownloadRow } from "../src/ui/download-row";
import "../src/ui/file-tree";
import "../src/ui/menu";
import type { Menu } from "../src/ui/menu";
import "../src/ui/setting-field";
import { valueText, type SettingField } from "../src/ui/setting-field";
import "../src/views/sign-in";
import { fitting, grouped } from "../src/views/settings";
import { answers, download, item, setting } from "./fixtures";

async function mount<T extends LitElement>(tag: string, properties: Partial<T>): Promise<T> {
  const element = document.createElement(tag) as unknown as T;
  for (const [name, value] of Object.entries(properties)) Reflect.set(element, name, value);
  document.body.append(element);
  await element.updateComplete;
  return element;
}

function text(element: LitElement): string {
  return (element.renderRoot.textContent || "").replace(/\s+/g, " ").trim();
}

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- as querySelector has it
function find<T extends Element = HTMLElement>(element: LitElement, selector: string): T {
  const found = element.renderRoot.querySelector<T>(selector);
  if (!found) throw new Error(`${selector} is not there`);
  return found;
}

beforeEach(() => {
  const user = { id: "u", name: "Anna", role: "admin", created_at: 0 } as const;
  session.set({ state: "in", user, role: "admin" });
});
afterEach(() => {
  document.body.replaceChildren();
  downloads.set(undefined);
  authorise("");
  vi.unstubAllGlobals();
});

describe("a row of the queue", () => {
  it("says state, progress, speed and time", async () => {
    const row = await mount<DownloadRow>("mtn-download-row", {
      item: download({ rate_down: 5_200_000, eta: 170, seeds: 2, peers: 3 }),
    });
    expect(text(row)).toContain("Downloading");
    expect(text(row)).toContain("42 %");
    expect(text(row)).toContain("5.2 MB/s");
    expect(text(row)).toContain("3 min left");
    expect(find(row, "[role=progressbar]").getAttribute("aria-valuenow")).toBe("42");
  });

  it("shows names as text, never as HTML", async () => {
    const name = "<img src=x onerror=alert(1)>";
    const row = await mount<DownloadRow>("mtn-download-row", { item: download({ name }) });
    expect(row.renderRoot.querySelector("img")).toBeNull();
    expect(text(row)).toContain(name);
  });

  it("says what is wrong and what to do", async () => {
    const trouble = { code: "no_space", message: "It is full.", hint: "Free 2 GB." };
    const row = await mount<DownloadRow>("mtn-download-row", {
      item: download({ state: "queued", reason: "space", trouble }),
    });
    expect(text(row)).toContain("It is full. Free 2 GB.");
  });

  it("pauses, and shows at once what the engine answers", async () => {
    const paused = download({ state: "paused" });
    const fake = answers({ "POST /api/downloads/01D/pause": paused });
    vi.stubGlobal("fetch", fake.fetch);
    const row = await mount<DownloadRow>("mtn-download-row", { item: download() });
    find<HTMLButtonElement>(row, "button[aria-label^=Pause]").click();
    await vi.waitFor(() => expect(downloads.value?.get("01D")?.state).toBe("paused"));
  });

  it("offers a guest nothing that guests may not do", async () => {
    session.set({ ...session.value, role: "guest" });
    const row = await mount<DownloadRow>("mtn-download-row", { item: download() });
    expect(row.renderRoot.querySelector("button, mtn-menu")).toBeNull();
  });
});

describe("a card of the library", () => {
  it("leads to the title and tells how much has arrived", async () => {
    const card = await mount("mtn-card", {
      item: item({ state: "arriving", progress: 0.42 }),
    } as Partial<LitElement>);
    expect(find(card, "a").getAttribute("href")).toBe("#/title/01M");
    expect(text(card)).toContain("42 %");
  });

  it("leads to the show, and to the player from what was begun", async () => {
    const show = await mount("mtn-card", {
      item: item({ kind: "show", episodes: 3 }),
    } as Partial<LitElement>);
    expect(find(show, "a").getAttribute("href")).toBe("#/show/01M");
    expect(text(show)).toContain("3 episodes");
    const begun = await mount("mtn-card", { item: item(), resume: true } as Partial<LitElement>);
    expect(find(begun, "a").getAttribute("href")).toBe("#/watch/01M");
  });
});

describe("the file tree", () => {
  it("sets a whole folder at once", async () => {
    const files = ["S/1.mkv", "S/2.mkv", "note.txt"].map((path, index) => ({
      index,
      path,
      size: 10,
      priority: "normal",
      done: 0,
      progress: 0,
    }));
    const fake = answers({
      "GET /api/downloads/01D/files": { items: files },
      "PATCH /api/downloads/01D/files": { items: files },
    });
    vi.stubGlobal("fetch", fake.fetch);
    const tree = await mount("mtn-file-tree", { downloadId: "01D" } as Partial<LitElement>);
    await vi.waitFor(() => find(tree, "select[aria-label^='S,']"));
    const select = find<HTMLSelectElement>(tree, "select[aria-label^='S,']");
    select.value = "skip";
    select.dispatchEvent(new Event("change"));
    await vi.waitFor(() => expect(fake.calls.some((call) => call.method === "PATCH")).toBe(true));
    const sent = fake.calls.find((call) => call.method === "PATCH")?.body;
    expect(sent).toEqual({
      priorities: [
        { index: 0, priority: "skip" },
        { index: 1, priority: "skip" },
      ],
    });
  });
});

describe("a menu", () => {
  it("opens, moves by arrows, and gives the focus back", async () => {
    const run = vi.fn();
    const menu = await mount<Menu>("mtn-menu", {
      label: "More",
      items: [
        { label: "One", run: () => undefined },
        { label: "Two", run },
      ],
    });
    find<HTMLButtonElement>(menu, "button").click();
    await menu.updateComplete;
    const list = find(menu, "[role=menu]");
    const root = menu.renderRoot as ShadowRoot;
    await vi.waitFor(() => expect(root.activeElement?.textContent).toContain("One"));
    list.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true }));
    expect(root.activeElement?.textContent).toContain("Two");
    (root.activeElement as HTMLButtonElement).click();
    expect(run).toHaveBeenCalledOnce();
    await menu.updateComplete;
    expect(menu.renderRoot.querySelector("[role=menu]")).toBeNull();
  });
});

describe("settings", () => {
  const send = async (change: Parameters<typeof setting>[0]) => {
    const field = await mount<SettingField>("mtn-setting", { item: setting(change) });
    const heard = vi.fn();
    field.addEventListener(
      "setting",
      (event) => void heard((event as CustomEvent<unknown>).detail),
    );
    return { field, heard };
  };

  it("send numbers as numbers and nothing as the default", async () => {
    const { field, heard } = await send({});
    const input = find<HTMLInputElement>(field, "input[type=number]");
    input.value = "7";
    input.dispatchEvent(new Event("change"));
    input.value = "";
    input.dispatchEvent(new Event("change"));
    expect(heard.mock.calls).toEqual([[7], [null]]);
  });

  it("send switches and choices", async () => {
    const { field, heard } = await send({ type: "boolean", value: false, default: false });
    find<HTMLInputElement>(field, "[role=switch]").click();
    expect(heard).toHaveBeenCalledWith(true);
    const { field: choice } = await send({ type: "string", value: "a", choices: ["a", "b"] });
    expect(find<HTMLSelectElement>(choice, "select").options).toHaveLength(2);
  });

  it("never show a secret", async () => {
    const { field } = await send({ type: "string", secret: true, is_set: true, value: null });
    const input = find<HTMLInputElement>(field, "input");
    expect(input.type).toBe("password");
    expect(input.value).toBe("");
    expect(input.placeholder).toContain("Set");
  });

  it("say what is wrong beside the field", async () => {
    const field = await mount<SettingField>("mtn-setting", {
      item: setting(),
      problem: new Problem(422, "invalid_input", "At most 100.", "Choose less."),
    });
    expect(text(field)).toContain("At most 100. Choose less.");
    expect(find(field, "input").getAttribute("aria-invalid")).toBe("true");
  });

  it("read as people write", () => {
    expect(valueText(setting({ unit: "B" }), 2 ** 31)).toBe("2 GiB");
    expect(valueText(setting({ unit: "B/s" }), 1_500_000)).toBe("1.5 MB/s");
    expect(valueText(setting(), "")).toBe("empty");
    expect(valueText(setting({ unit: "min" }), 5)).toBe("5 min");
  });

  it("are found by words, and grouped in order", () => {
    const items = [
      setting(),
      setting({ key: "torrent.dht", group: "torrent", title: "DHT", advanced: true }),
      setting({ key: "setup.step", group: "setup" }),
    ];
    expect(fitting(items, "", false).map((one) => one.key)).toEqual(["queue.active"]);
    expect(fitting(items, "dht", false).map((one) => one.key)).toEqual(["torrent.dht"]);
    expect(fitting(items, "", true)).toHaveLength(2);
    expect(grouped(items).map(([group]) => group)).toEqual(["queue", "torrent", "setup"]);
  });
});

describe("signing in", () => {
  beforeEach(() => session.set({ state: "out" }));

  it("asks for a whole code before it asks the engine", async () => {
    const fake = answers({});
    vi.stubGlobal("fetch", fake.fetch);
    const view = await mount("mtn-sign-in", {});
    find<HTMLInputElement>(view, "#code").value = "ABC";
    find(view, "form").dispatchEvent(new Event("submit", { cancelable: true }));
    await view.updateComplete;
    expect(fake.calls).toHaveLength(0);
    expect(find(view, "#code").getAttribute("aria-invalid")).toBe("true");
  });

  it("shows the engine's words when it is refused", async () => {
    const problem = { detail: "The code is wrong.", code: "pairing_refused", hint: "Look again." };
    const fake = answers({ "POST /api/pair": Response.json(problem, { status: 403 }) });
    vi.stubGlobal("fetch", fake.fetch);
    const view = await mount("mtn-sign-in", {});
    find<HTMLInputElement>(view, "#code").value = "k7qm 2xpa";
    find(view, "form").dispatchEvent(new Event("submit", { cancelable: true }));
    await vi.waitFor(() => expect(text(view)).toContain("The code is wrong. Look again."));
    expect(fake.calls[0]?.body).toMatchObject({ code: "K7QM2XPA" });
  });
});
