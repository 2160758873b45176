/** Every call the page makes, by resource. */
import { all, get, patch, post, put, remove, request, type Query } from "./client";
import type { Report } from "../core/abilities";
import type { Quality } from "../core/playback";
import type * as T from "./types";

const id = encodeURIComponent;

export const engine = {
  server: () => get<T.Server>("api/server"),
  me: () => get<T.Me>("api/me"),
  pair: (code: string, name: string) => post<T.SignIn>("api/pair", { code, name }),
  useLink: (secret: string, name: string) => post<T.SignIn>("api/pair/link", { secret, name }),

  users: () => all<T.User>("api/users"),
  createUser: (name: string, role: T.Role) => post<T.User>("api/users", { name, role }),
  changeUser: (user: string, change: { name?: string; role?: T.Role }) =>
    patch<T.User>(`api/users/${id(user)}`, change),
  deleteUser: (user: string) => remove(`api/users/${id(user)}`),
  tokens: () => all<T.Token>("api/tokens"),
  giveBack: (token: string) => post("api/tokens/revoke", { token }),
  revoke: (token: string) => remove(`api/tokens/${id(token)}`),
  openPairing: (role: T.Role) => post<T.Pairing>("api/pairing", { role }),
  closePairing: () => remove("api/pairing"),
  audit: (cursor?: string) => get<T.Page<T.AuditEntry>>("api/audit", { limit: 50, cursor }),

  stremio: () => get<T.StremioLink>("api/stremio"),
  makeStremio: () => post<T.StremioLink>("api/stremio"),
  endStremio: () => remove("api/stremio"),

  settings: () => get<{ items: T.SettingItem[] }>("api/settings"),
  changeSettings: (values: Record<string, T.SettingValue>) => patch("api/settings", { values }),

  setup: () => get<T.Setup>("api/setup"),
  advanceSetup: (body: Record<string, unknown>) => post<T.Setup>("api/setup", body),

  volumes: () => all<T.Volume>("api/volumes"),
  candidates: () => get<{ items: T.VolumeCandidate[] }>("api/volumes/candidates"),
  adopt: (path: string, name: string, makeDefault: boolean) =>
    post<T.Volume>("api/volumes", { path, name, default: makeDefault }),
  changeVolume: (volume: string, change: { name?: string; default?: boolean }) =>
    patch<T.Volume>(`api/volumes/${id(volume)}`, change),
  forgetVolume: (volume: string) => remove(`api/volumes/${id(volume)}`),

  downloads: () => get<{ items: T.Download[] }>("api/downloads"),
  download: (download: string) => get<T.Download>(`api/downloads/${id(download)}`),
  add: (source: string, options: AddOptions = {}) =>
    post<T.Download>("api/downloads", { source, ...options }),
  addTorrent: (file: Blob, options: AddOptions = {}) =>
    request<T.Download>("POST", "api/downloads/torrent", {
      raw: file,
      type: "application/x-bittorrent",
      query: options as Query,
    }),
  suggestions: () => get<{ items: T.Suggestion[] }>("api/suggestions"),
  changeDownload: (download: string, change: Record<string, unknown>) =>
    patch<T.Download>(`api/downloads/${id(download)}`, change),
  removeDownload: (download: string, data: boolean) =>
    remove(`api/downloads/${id(download)}`, { data }),
  command: (download: string, verb: DownloadVerb) =>
    post<T.Download>(`api/downloads/${id(download)}/${verb}`),
  moveDownload: (download: string, volume_id: string) =>
    post<T.Download>(`api/downloads/${id(download)}/move`, { volume_id }),
  placeDownload: (download: string, position: number) =>
    post<T.Download>(`api/downloads/${id(download)}/position`, { position }),
  files: (download: string) => all<T.DownloadFile>(`api/downloads/${id(download)}/files`),
  changeFiles: (download: string, priorities: { index: number; priority: T.FilePriority }[]) =>
    patch(`api/downloads/${id(download)}/files`, { priorities }),
  peers: (download: string) => all<T.Peer>(`api/downloads/${id(download)}/peers`),
  trackers: (download: string) => all<T.Tracker>(`api/downloads/${id(download)}/trackers`),
  pauseAll: () => post("api/downloads/pause"),
  resumeAll: () => post("api/downloads/resume"),
  history: (query: Query) => get<T.Page<T.HistoryEntry>>("api/history", query),
  forgetHistory: (entry: number) => remove(`api/history/${entry}`),

  library: (query: Query, signal?: AbortSignal) =>
    get<T.Page<T.MediaItem>>("api/library", query, signal),
  continue: () => get<T.Page<T.MediaItem>>("api/library/continue", { limit: 20 }),
  shows: (query: Query) => all<T.MediaItem>("api/shows", query),
  media: (media: string) => get<T.MediaDetail>(`api/library/${id(media)}`),
  correct: (media: string, title: T.Correction) =>
    patch<T.MediaDetail>(`api/library/${id(media)}`, title),
  trashMedia: (media: string) => remove(`api/library/${id(media)}`),
  watch: (media: string, state: { position?: number; duration?: number; watched?: boolean }) =>
    put(`api/library/${id(media)}/watch`, state),
  check: (media: string) => post(`api/library/${id(media)}/check`),
  correctShow: (show: string, title: string, year: number | null) =>
    patch<T.ShowDetail>(`api/shows/${id(show)}`, { title, year }),
  show: (show: string) => get<T.ShowDetail>(`api/shows/${id(show)}`),
  folders: () => all<T.LibraryFolder>("api/library/folders"),
  addFolder: (path: string) => post<T.LibraryFolder>("api/library/folders", { path }),
  removeFolder: (folder: string) => remove(`api/library/folders/${id(folder)}`),
  scan: () => post<T.ScanStatus>("api/library/scan"),
  scanStatus: () => get<T.ScanStatus>("api/library/scan"),
  unsorted: () => all<T.Unsorted>("api/library/unsorted"),
  sort: (file: string, title: T.Correction) => post(`api/library/unsorted/${id(file)}`, title),
  trash: () => all<T.TrashItem>("api/trash"),
  restore: (item: string) => post(`api/trash/${id(item)}/restore`),
  deleteTrash: (item: string) => remove(`api/trash/${id(item)}`),
  emptyTrash: () => remove("api/trash"),

  /** `from` in seconds; what is undefined is left to the engine. */
  play: (media: string, reported: Report, from?: number, wish: PlayWish = {}) =>
    post<T.PlaySession>("api/play", {
      media,
      target: { name: "Browser", kind: "browser", screen_profile: "", reported },
      from,
      ...wish,
    }),
  playSession: (session: string) => get<T.PlaySession>(`api/play/${id(session)}`),
  endPlay: (session: string) => request("DELETE", `api/play/${id(session)}`, { keepalive: true }),
  reportPosition: (
    session: string,
    body: { position: number; duration: number; paused: boolean },
  ) => request("PUT", `api/play/${id(session)}/position`, { body, keepalive: true }),
};

export interface PlayWish {
  /** The index of a sound track. */
  audio?: number;
  quality?: Quality;
}

export interface AddOptions {
  paused?: boolean;
  priority?: number;
  volume_id?: string;
}

export type DownloadVerb = "pause" | "resume" | "recheck" | "retry" | "reimport";
