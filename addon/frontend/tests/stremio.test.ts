import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { authorise } from "../src/api/client";
import type { StremioLink } from "../src/api/types";
import { session } from "../src/stores/session";
import { StremioView } from "../src/views/stremio";
import { words } from "../src/words";
import { answers } from "./fixtures";

const NONE: StremioLink = {
  active: false,
  url: "",
  install_url: "",
  web_url: "",
  secure: false,
  this_machine: false,
  created_at: 0,
  used_at: 0,
};
const LINK: StremioLink = {
  ...NONE,
  active: true,
  url: "https://films.example/stremio/abc/manifest.json",
  install_url: "stremio://films.example/stremio/abc/manifest.json",
  web_url: "https://web.stremio.com/#/addons?addon=x",
  secure: true,
};

async function view(link: StremioLink, more: Record<string, unknown> = {}): Promise<StremioView> {
  vi.stubGlobal("fetch", answers({ "GET /api/stremio": link, ...more }).fetch);
  const element = new StremioView();
  document.body.append(element);
  await vi.waitFor(() => expect(element.shadowRoot?.querySelector("section")).not.toBeNull());
  return element;
}

const text = (element: StremioView) =>
  (element.renderRoot.textContent || "").replace(/\s+/g, " ").trim();

beforeEach(() => {
  const user = { id: "u", name: "Anna", role: "admin", created_at: 0 } as const;
  session.set({ state: "in", user, role: "admin" });
});
afterEach(() => {
  document.body.replaceChildren();
  authorise("");
  vi.unstubAllGlobals();
});

describe("the link for Stremio", () => {
  it("is made when it is asked for", async () => {
    const element = await view(NONE, { "POST /api/stremio": LINK });
    expect(element.renderRoot.querySelector("a[href^=stremio]")).toBeNull();
    element.renderRoot.querySelector<HTMLButtonElement>("button.primary")?.click();
    await vi.waitFor(() =>
      expect(element.renderRoot.querySelector("a.primary")?.getAttribute("href")).toBe(
        LINK.install_url,
      ),
    );
    expect(element.renderRoot.querySelector<HTMLInputElement>("#url")?.value).toBe(LINK.url);
  });

  it.each([
    ["over HTTPS", LINK, words.stremio.secure],
    ["to this machine", { ...LINK, secure: false, this_machine: true }, words.stremio.thisMachine],
    ["over plain HTTP", { ...LINK, secure: false }, words.stremio.plain],
  ])("says where it works: %s", async (_, link, said) => {
    const element = await view(link);
    expect(text(element)).toContain(said);
    expect(text(element).includes(words.stremio.helps[0] ?? "")).toBe(!link.secure);
  });

  it("asks before it is made anew", async () => {
    const element = await view(LINK);
    const button = [...element.renderRoot.querySelectorAll("button")].find(
      (found) => found.textContent.trim() === words.stremio.renew,
    );
    button?.click();
    await element.updateComplete;
    const dialog = element.renderRoot.querySelector("mtn-confirm");
    expect(dialog?.getAttribute("heading")).toBe(words.stremio.renewTitle);
  });
});
