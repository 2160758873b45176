/** Resolve a path of the engine ("/api/me", "/stream/…") below wherever the page is served. */
export function resolve(path: string): string {
  return new URL(path.replace(/^\/+/, ""), document.baseURI.replace(/#.*$/, "")).href;
}

/** The address of the events WebSocket. */
export function eventsAddress(): string {
  return resolve("api/events").replace(/^http/, "ws");
}

/** The address that another device opens to sign in with a single-use secret. */
export function linkAddress(secret: string, origin?: string): string {
  const page = document.baseURI.replace(/#.*$/, "").replace(/index\.html$/, "");
  const base = origin ? new URL(new URL(page).pathname, origin).href : page;
  return `${base}#/link/${encodeURIComponent(secret)}`;
}
