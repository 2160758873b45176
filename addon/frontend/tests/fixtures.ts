import type { Download, MediaItem, PlaySession, SettingItem } from "../src/api/types";

export function download(change: Partial<Download> = {}): Download {
  return {
    id: "01D",
    name: "The General",
    state: "downloading",
    reason: null,
    trouble: null,
    transport: "torrent",
    priority: 0,
    position: 0,
    volume_id: "V",
    save_path: "Downloads",
    size: 1000,
    wanted: 1000,
    done: 420,
    progress: 0.42,
    rate_down: 0,
    rate_up: 0,
    peers: 0,
    seeds: 0,
    eta: null,
    stalled: false,
    uploaded: 0,
    ratio: 0,
    sharing: "none",
    rate_limit_down: 0,
    rate_limit_up: 0,
    seed_ratio: null,
    seed_minutes: null,
    info_hash_v1: "",
    info_hash_v2: "",
    added_at: 0,
    completed_at: 0,
    retry_at: 0,
    media_ids: [],
    unsorted: 0,
    ...change,
  };
}

export function item(change: Partial<MediaItem> = {}): MediaItem {
  return {
    id: "01M",
    kind: "movie",
    title: "The General",
    year: 1926,
    show_id: null,
    show_title: null,
    season: null,
    episode: null,
    artwork: "",
    state: "home",
    progress: 0,
    duration: 4500,
    resolution: "1080p",
    hdr: "",
    position: 0,
    watched: false,
    added_at: 0,
    size: 1000,
    provisional: false,
    ...change,
  };
}

export function setting(change: Partial<SettingItem> = {}): SettingItem {
  return {
    key: "queue.active",
    group: "queue",
    title: "Downloads at once",
    help: "The others wait for a slot.",
    type: "integer",
    unit: "",
    value: 3,
    default: 3,
    minimum: 1,
    maximum: 100,
    choices: [],
    secret: false,
    advanced: false,
    is_set: false,
    ...change,
  };
}

export function playSession(change: Partial<PlaySession> = {}): PlaySession {
  return {
    id: "01P",
    media_id: "01M",
    state: "ready",
    title: "The General",
    url: "/stream/token/film.mp4",
    mime_type: "video/mp4",
    text: "",
    hint: "",
    eta: null,
    resume_from: 0,
    duration: 4500,
    choices: [],
    subtitles: [],
    warnings: [],
    ...change,
  };
}

/** Answer every request by "METHOD path" without its query; what is not listed is a 404. */
export function answers(table: Record<string, unknown>): {
  fetch: typeof fetch;
  calls: { method: string; url: URL; body: unknown }[];
} {
  const calls: { method: string; url: URL; body: unknown }[] = [];
  const answer = (input: RequestInfo | URL, init?: RequestInit) => {
    const url = new URL(input instanceof Request ? input.url : input.toString());
    const method = init?.method ?? "GET";
    const body: unknown = typeof init?.body === "string" ? JSON.parse(init.body) : init?.body;
    calls.push({ method, url, body });
    const found = table[`${method} ${url.pathname}`];
    if (found instanceof Response) return Promise.resolve(found.clone());
    if (found !== undefined) return Promise.resolve(Response.json(found));
    const problem = { title: "Not found", status: 404, code: "not_found", detail: "Nothing." };
    return Promise.resolve(Response.json(problem, { status: 404 }));
  };
  return { fetch: answer, calls };
}
