import type { TemplateResult } from "lit";
import { words } from "../words";
import { Store } from "./store";

export type Params = Record<string, string>;

export interface Route {
  /** Such as "/downloads/:id". */
  path: string;
  /** Loads the view's module, so that it is only fetched when it is needed. */
  load: () => Promise<unknown>;
  render: (params: Params) => TemplateResult;
  title: string;
  /** The entry of the navigation that it belongs to. */
  section?: string;
  /** Without rail and bars, such as the player. */
  bare?: boolean;
}

export interface Place {
  path: string;
  params: Params;
  route: Route | undefined;
  query: URLSearchParams;
}

/** Split "#/downloads/1?tab=files" into its path and query. */
export function parseHash(hash: string): { path: string; query: URLSearchParams } {
  const text = hash.replace(/^#/, "") || "/";
  const [path = "/", query = ""] = text.split("?", 2);
  return { path: path.startsWith("/") ? path : `/${path}`, query: new URLSearchParams(query) };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Return the parameters when `path` has the form of `pattern`, else undefined. */
export function match(pattern: string, path: string): Params | undefined {
  const wanted = pattern.split("/").filter(Boolean);
  const given = path.split("/").filter(Boolean);
  if (wanted.length !== given.length) return undefined;
  const params: Params = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? "";
    if (part.startsWith(":")) params[part.slice(1)] = decode(value);
    else if (part !== value) return undefined;
  }
  return params;
}

/** Find the place that a hash names among the routes. */
export function locate(routes: Route[], hash: string): Place {
  const { path, query } = parseHash(hash);
  for (const route of routes) {
    const params = match(route.path, path);
    if (params) return { path, params, route, query };
  }
  return { path, params: {}, route: undefined, query };
}

export const place = new Store<Place>({
  path: "/",
  params: {},
  route: undefined,
  query: new URLSearchParams(),
});

const scrolls = new Map<string, number>();
let leaving = "";

/** How many of our own places lie behind the present one in the history of the window. */
function depth(): number {
  const state = history.state as { depth?: number } | null;
  return state?.depth ?? 0;
}

/** Follow the hash from now on. */
export function startRouter(routes: Route[]): void {
  let before = depth();
  const follow = () => {
    if (leaving) {
      scrolls.set(leaving, window.scrollY);
      // A new entry has no mark yet; one that is returned to keeps its own.
      if (history.state === null) history.replaceState({ depth: before + 1 }, "");
    }
    before = depth();
    leaving = location.hash || "#/";
    place.set(locate(routes, location.hash));
  };
  window.addEventListener("hashchange", follow);
  follow();
}

/** Where the page was scrolled to when this address was left. */
export function rememberedScroll(): number {
  return scrolls.get(location.hash) ?? 0;
}

export function go(path: string, replace = false): void {
  if (replace) {
    history.replaceState(history.state ?? { depth: depth() }, "", `#${path}`);
    window.dispatchEvent(new HashChangeEvent("hashchange"));
  } else {
    location.hash = path;
  }
}

/** Go back, but not out of the page: to `fallback` when this is its first place. */
export function goBack(fallback: string): void {
  if (depth() > 0) history.back();
  else go(fallback, true);
}

export function documentTitle(text: string): void {
  document.title = text ? `${text} · ${words.name}` : words.name;
}
