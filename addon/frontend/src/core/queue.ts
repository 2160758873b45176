/** What to say and to offer about a download; pure, so that it is tested by tables. */
import type { Download } from "../api/types";
import { words } from "../words";
import { ago, span } from "./format";

export type Filter = keyof typeof words.downloads.filters;

const GROUPS: Record<Exclude<Filter, "all">, readonly string[]> = {
  active: ["resolving", "downloading", "checking", "moving", "verifying", "importing"],
  waiting: ["queued"],
  paused: ["paused"],
  done: ["completed"],
  failed: ["failed"],
};

export function inFilter(download: Download, filter: Filter): boolean {
  return filter === "all" || GROUPS[filter].includes(download.state);
}

/** In the order of the queue: what is on its way first, then what is done, newest first. */
export function ordered(downloads: Iterable<Download>): Download[] {
  return [...downloads]
    .filter((item) => item.state !== "removed")
    .sort((a, b) => {
      const done = Number(a.state === "completed") - Number(b.state === "completed");
      if (done) return done;
      if (a.state === "completed") return b.completed_at - a.completed_at;
      return a.position - b.position;
    });
}

/** The state with its reason, in words. */
export function stateText(download: Download, now = Date.now() / 1000): string {
  const state = words.downloads.states[download.state];
  if (download.state === "queued" && download.reason) {
    if (download.reason === "retry" && download.retry_at > now) {
      return `${state}: ${words.downloads.retryAt(ago(download.retry_at, now))}`;
    }
    return `${state}: ${words.downloads.reasons[download.reason]}`;
  }
  if (download.stalled) return words.downloads.stalled;
  if (download.state === "completed") {
    if (download.sharing === "seeding") return `${state}, ${words.downloads.seeding}`;
    if (download.sharing === "goal_met") return `${state}, ${words.downloads.sharedEnough}`;
  }
  return state;
}

export function etaText(download: Download): string {
  const running = download.state === "downloading";
  if (!running || download.eta === null || download.eta <= 0) return "";
  return words.downloads.eta(span(download.eta));
}

export function canPause(download: Download): boolean {
  return (
    ["queued", "resolving", "downloading", "checking"].includes(download.state) ||
    (download.state === "completed" && download.sharing === "seeding")
  );
}

export function canResume(download: Download): boolean {
  return (
    download.state === "paused" || (download.state === "completed" && download.sharing === "paused")
  );
}

export function canRetry(download: Download): boolean {
  return (
    download.state === "failed" || (download.state === "queued" && download.reason === "retry")
  );
}

/** Whether its place in the queue means something. */
export function isQueued(download: Download): boolean {
  return download.state !== "completed" && download.state !== "removed";
}

export function tone(download: Download): "warm" | "ok" | "bad" | "" {
  if (download.state === "failed" || (download.trouble && download.state !== "completed")) {
    return "bad";
  }
  if (download.state === "completed") return "ok";
  if (download.state === "paused" || download.state === "queued" || download.stalled) return "";
  return "warm";
}
