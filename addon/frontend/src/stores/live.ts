/** What the engine tells by itself, over one WebSocket that is kept alive. */
import type { Download, Notice, PlaySession, Totals, Volume } from "../api/types";
import { eventsAddress } from "../core/base";
import { Store } from "../core/store";
import { currentToken, leave, session } from "./session";
import { words } from "../words";

export type Downloads = ReadonlyMap<string, Download>;

export const downloads = new Store<Downloads | undefined>(undefined);
export const totals = new Store<Totals>({ rate_down: 0, rate_up: 0, active: 0 });
/** "lost" only once it has failed for a moment, so that a blink shows nothing. */
export const connection = new Store<"connecting" | "live" | "lost">("connecting");
/** Grows with every change of the library. */
export const libraryChanges = new Store(0);
export const settingsChanges = new Store(0);
export const volumeChanges = new Store<Volume | undefined>(undefined);
export const playChanges = new Store<PlaySession | undefined>(undefined);

type Message =
  | { type: "ready" }
  | { type: "snapshot"; downloads: Download[]; totals: Totals }
  | { type: "changes"; downloads: Download[]; removed: string[]; totals: Totals }
  | { type: "library"; sequence: number; media_ids: string[] }
  | { type: "play"; session: PlaySession }
  | { type: "volume"; volume: Volume }
  | { type: "settings"; keys: string[] }
  | ({ type: "notice" } & Notice)
  | { type: "error"; code?: string; detail?: string };

const TOPICS = ["downloads", "library", "play", "volumes", "notices", "settings"];
const LOST_AFTER = 1500;
const NOT_SIGNED_IN = 4401;

let socket: WebSocket | undefined;
let wanted = false;
let attempt = 0;
let retryTimer: ReturnType<typeof setTimeout> | undefined;
let lostTimer: ReturnType<typeof setTimeout> | undefined;
let noticed: (notice: Notice) => void = () => undefined;

/** Put a changed download into the list at once, before the engine's next frame confirms it. */
export function mergeDownloads(changed: Download[], removed: string[] = []): void {
  const next = new Map(downloads.value ?? []);
  for (const item of changed) next.set(item.id, item);
  for (const id of removed) next.delete(id);
  downloads.set(next);
}

/** Apply one frame of the engine. */
export function receive(message: Message): void {
  switch (message.type) {
    case "snapshot":
      downloads.set(new Map(message.downloads.map((item) => [item.id, item])));
      totals.set(message.totals);
      break;
    case "changes":
      mergeDownloads(message.downloads, message.removed);
      totals.set(message.totals);
      break;
    case "library":
      libraryChanges.set(libraryChanges.value + 1);
      break;
    case "settings":
      settingsChanges.set(settingsChanges.value + 1);
      break;
    case "play":
      playChanges.set(message.session);
      break;
    case "volume":
      volumeChanges.set(message.volume);
      break;
    case "notice":
      noticed(message);
      break;
    case "ready":
    case "error":
      break;
  }
}

/** Milliseconds to wait before try number `n` (from 0); never quite the same for two pages. */
export function backoff(n: number, random = Math.random()): number {
  return Math.min(15_000, 500 * 2 ** n) * (0.75 + random / 2);
}

function opened(from: WebSocket): void {
  from.send(JSON.stringify({ type: "auth", token: currentToken(), topics: TOPICS }));
}

function live(): void {
  const again = attempt > 0 || connection.value === "lost";
  attempt = 0;
  clearTimeout(lostTimer);
  lostTimer = undefined;
  connection.set("live");
  // Events may have been missed while away; whoever shows the library reads it again.
  if (again) {
    libraryChanges.set(libraryChanges.value + 1);
    settingsChanges.set(settingsChanges.value + 1);
  }
}

function closed(code: number): void {
  socket = undefined;
  if (!wanted) return;
  if (code === NOT_SIGNED_IN) {
    leave(words.signIn.expired);
    return;
  }
  lostTimer ??= setTimeout(() => connection.set("lost"), LOST_AFTER);
  retryTimer = setTimeout(connect, backoff(attempt));
  attempt += 1;
}

function connect(): void {
  clearTimeout(retryTimer);
  if (!wanted || socket) return;
  const next = new WebSocket(eventsAddress());
  socket = next;
  next.addEventListener("open", () => opened(next));
  next.addEventListener("message", (event: MessageEvent<string>) => {
    const message = JSON.parse(event.data) as Message;
    if (message.type === "ready") live();
    receive(message);
  });
  next.addEventListener("close", (event) => {
    if (socket === next) closed(event.code);
  });
}

/** Try at once instead of waiting. */
export function reconnectNow(): void {
  attempt = Math.max(1, attempt);
  connect();
}

function follow(): void {
  const on = session.value.state === "in";
  if (on === wanted) return;
  wanted = on;
  if (on) {
    connect();
    return;
  }
  clearTimeout(retryTimer);
  clearTimeout(lostTimer);
  lostTimer = undefined;
  socket?.close();
  socket = undefined;
  downloads.set(undefined);
  connection.set("connecting");
}

/** Connect while somebody is signed in. */
export function startLive(onNotice: (notice: Notice) => void): void {
  noticed = onNotice;
  session.subscribe(follow);
  window.addEventListener("online", reconnectNow);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && !socket) reconnectNow();
  });
  follow();
}
