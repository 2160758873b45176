import { resolve } from "../core/base";
import { words } from "../words";

/** What went wrong, in words, with the next step. Mirrors the engine's problem details. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly hint = "",
    readonly field = "",
  ) {
    super(message);
    this.name = "Problem";
  }
}

/** Turn whatever was thrown into a Problem. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new Problem(0, "page_error", words.errors.page(text), words.errors.pageHint);
}

export type Query = Record<string, string | number | boolean | null | undefined>;

export interface Options {
  body?: unknown;
  raw?: Blob;
  type?: string;
  query?: Query;
  signal?: AbortSignal;
  keepalive?: boolean;
}

let token = "";
let onSignedOut: () => void = () => undefined;

/** Use this token from now on; `signedOut` is called when the engine no longer takes it. */
export function authorise(value: string, signedOut?: () => void): void {
  token = value;
  if (signedOut) onSignedOut = signedOut;
}

/** Return the address of an API path with its query. */
export function address(path: string, query?: Query): string {
  const url = new URL(resolve(path));
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== "") {
      url.searchParams.set(key, String(value));
    }
  }
  return url.href;
}

interface Details {
  title?: string;
  detail?: string;
  code?: string;
  hint?: string;
  field?: string;
}

async function problemOf(response: Response): Promise<Problem> {
  let details: Details = {};
  try {
    details = (await response.json()) as Details;
  } catch {
    // A proxy in between may answer in HTML; its status has to do.
  }
  return new Problem(
    response.status,
    details.code ?? `http_${response.status}`,
    details.detail ?? details.title ?? words.errors.status(response.status),
    details.hint ?? "",
    details.field ?? "",
  );
}

/** Ask the engine. Throws `Problem`, also when it cannot be reached (code "unreachable"). */
export async function request<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  let body: BodyInit | undefined;
  if (options.raw) {
    body = options.raw;
    headers["Content-Type"] = options.type ?? "application/octet-stream";
  } else if (options.body !== undefined) {
    body = JSON.stringify(options.body);
    headers["Content-Type"] = "application/json";
  }
  let response: Response;
  try {
    response = await fetch(address(path, options.query), {
      method,
      headers,
      body,
      signal: options.signal,
      keepalive: options.keepalive,
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Problem(0, "unreachable", words.errors.unreachable, words.errors.unreachableHint);
  }
  if (!response.ok) {
    const problem = await problemOf(response);
    if (response.status === 401 && token) onSignedOut();
    throw problem;
  }
  if (response.status === 204 || response.headers.get("Content-Length") === "0") {
    return undefined as T;
  }
  return (await response.json()) as T;
}

export const get = <T>(path: string, query?: Query, signal?: AbortSignal) =>
  request<T>("GET", path, { query, signal });
export const post = <T>(path: string, body: unknown = {}) => request<T>("POST", path, { body });
export const put = <T>(path: string, body: unknown) => request<T>("PUT", path, { body });
export const patch = <T>(path: string, body: unknown) => request<T>("PATCH", path, { body });
export const remove = <T>(path: string, query?: Query) => request<T>("DELETE", path, { query });

/** Return why this address cannot be read, as the engine says it; nothing when it can. */
export async function whyNot(url: string): Promise<Problem | undefined> {
  try {
    const response = await fetch(url);
    return response.ok ? undefined : await problemOf(response);
  } catch {
    return undefined;
  }
}

/** Read a whole list, page by page where it has pages. */
export async function all<T>(path: string, query: Query = {}): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: T[]; next_cursor?: string | null } = await get(path, {
      ...query,
      cursor,
    });
    items.push(...page.items);
    cursor = page.next_cursor ?? null;
  } while (cursor);
  return items;
}
