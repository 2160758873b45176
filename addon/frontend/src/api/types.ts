/** The shapes of the wire, as the engine's OpenAPI document describes them. */

export type Role = "admin" | "member" | "guest";

export interface User {
  id: string;
  name: string;
  role: Role;
  created_at: number;
}

export interface Me {
  user: User;
  role: Role;
  token_id: string;
}

export interface SignIn {
  token: string;
  user: User;
  role: Role;
}

export interface Token {
  id: string;
  user_id: string;
  name: string;
  role: Role;
  created_at: number;
  used_at: number;
  expires_at: number;
}

export interface Pairing {
  code: string;
  expires_at: number;
  link_secret: string;
}

export interface AuditEntry {
  id: number;
  at: number;
  event: string;
  user_id: string;
  address: string;
  detail: string;
}

export interface Server {
  server_id: string;
  name: string;
  version: string;
  api_version: number | string;
  published_address: string;
  addresses: string[];
}

/** One's own link for Stremio; the addresses are empty while there is none. */
export interface StremioLink {
  active: boolean;
  url: string;
  install_url: string;
  web_url: string;
  secure: boolean;
  this_machine: boolean;
  created_at: number;
  used_at: number;
}

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

export interface Trouble {
  code: string;
  message: string;
  hint: string;
}

export type DownloadState =
  | "queued"
  | "resolving"
  | "downloading"
  | "checking"
  | "moving"
  | "verifying"
  | "importing"
  | "completed"
  | "paused"
  | "failed"
  | "removed";

export type QueueReason = "slot" | "window" | "space" | "volume" | "account" | "retry";
export type Sharing = "none" | "seeding" | "paused" | "goal_met";

/** Sizes in bytes, rates in bytes per second, times in seconds since 1970 (0: not yet). */
export interface Download {
  id: string;
  name: string;
  state: DownloadState;
  reason: QueueReason | null;
  trouble: Trouble | null;
  transport: string;
  priority: number;
  position: number;
  volume_id: string;
  save_path: string;
  size: number;
  wanted: number;
  done: number;
  progress: number;
  checked?: number;
  rate_down: number;
  rate_up: number;
  peers: number;
  seeds: number;
  eta: number | null;
  stalled: boolean;
  uploaded: number;
  ratio: number;
  sharing: Sharing;
  rate_limit_down: number;
  rate_limit_up: number;
  seed_ratio: number | null;
  seed_minutes: number | null;
  info_hash_v1: string;
  info_hash_v2: string;
  added_at: number;
  completed_at: number;
  retry_at: number;
  media_ids: string[];
  unsorted: number;
  duplicate?: boolean;
}

export type FilePriority = "skip" | "low" | "normal" | "high";

export interface DownloadFile {
  index: number;
  path: string;
  size: number;
  priority: FilePriority;
  done?: number;
  progress?: number;
}

export interface Peer {
  address: string;
  client: string;
  progress: number;
  rate_down: number;
  rate_up: number;
  encrypted?: boolean;
  protocol?: string;
}

export interface Tracker {
  url: string;
  tier: number;
  working: boolean;
  message: string;
  seeds: number;
  peers: number;
}

/** Something that is offered to be added with one tap. */
export interface Suggestion {
  name: string;
  source: string;
  description: string;
  size: number;
}

export interface HistoryEntry {
  id: number;
  at: number;
  download_id: string;
  name: string;
  event: string;
  detail: string;
}

export interface Totals {
  rate_down: number;
  rate_up: number;
  active: number;
}

export type MediaKind = "movie" | "episode" | "show";
export type MediaState = "home" | "arriving" | "offline" | "missing";

export interface MediaItem {
  id: string;
  kind: MediaKind;
  title: string;
  year: number | null;
  show_id: string | null;
  show_title: string | null;
  season: number | null;
  episode: number | null;
  artwork: string;
  state: MediaState;
  progress: number;
  duration: number;
  resolution: string;
  hdr: string;
  position: number;
  watched: boolean;
  watched_at?: number;
  added_at: number;
  size: number;
  provisional: boolean;
  episodes?: number;
  unwatched?: number;
}

export interface MediaStream {
  index: number;
  kind: "video" | "audio" | "subtitle" | "attachment";
  codec: string;
  profile?: string;
  language: string;
  title: string;
  default?: boolean;
  forced?: boolean;
  hearing_impaired?: boolean;
  width?: number;
  height?: number;
  frame_rate?: number;
  bit_depth?: number;
  hdr?: string;
  channels?: number;
}

export interface Chapter {
  start: number;
  end: number;
  title: string;
}

/** `check_result` is "" before the first check, "ok", or a word, a colon and a sentence. */
export interface MediaFile {
  id: string;
  path: string;
  size: number;
  volume_id: string;
  role: string;
  /** The user's own file, which Matinee never touches. */
  own: boolean;
  missing: boolean;
  container: string;
  streams: MediaStream[];
  chapters: Chapter[];
  trouble: string;
  origin: string;
  check_result: string;
}

export interface MediaHistory {
  at: number;
  event: string;
  detail: string;
}

export interface MediaDetail extends MediaItem {
  files: MediaFile[];
  history: MediaHistory[];
  /** The episode after this one. */
  next_id: string | null;
}

export interface Season {
  number: number;
  episodes: MediaItem[];
}

export interface ShowDetail extends MediaItem {
  seasons: Season[];
  /** The episode to watch next. */
  next_id: string | null;
}

export interface Correction {
  kind: "movie" | "episode";
  title: string;
  year?: number | null;
  season?: number | null;
  episode?: number | null;
}

export interface Unsorted {
  file_id: string;
  name: string;
  size: number;
  reason: string;
  guess: Partial<Correction> | null;
  download_id: string | null;
}

export interface TrashItem {
  id: string;
  name: string;
  path: string;
  size: number;
  reason: string;
  trashed_at: number;
  expires_at: number;
}

export interface LibraryFolder {
  id: string;
  volume_id: string;
  path: string;
  /** Where it is now; empty while its drive is away. */
  place: string;
  /** Matinee imports into it. */
  managed: boolean;
  watched: boolean;
}

export interface ScanStatus {
  running: boolean;
  folder: string;
  found: number;
  done: number;
  trouble: string;
}

export type VolumeState = "online" | "offline" | "read_only";

export interface Volume {
  id: string;
  name: string;
  root: string;
  filesystem: string;
  kind: string;
  state: VolumeState;
  size: number;
  free: number;
  can_hardlink: boolean;
  is_default: boolean;
}

export interface VolumeCandidate {
  path: string;
  name?: string;
  label?: string;
  size: number;
  free: number;
  kind?: string;
  filesystem?: string;
}

export interface SetupCheck {
  name: string;
  ok: boolean;
  message: string;
  hint: string;
}

export type SetupStep = "welcome" | "drive" | "network" | "done";

export interface Setup {
  step: SetupStep;
  done: boolean;
  checks: SetupCheck[];
  folders: (VolumeCandidate | string)[];
  volumes: Volume[];
}

export type SettingValue = string | number | boolean | null;

export interface SettingItem {
  key: string;
  group: string;
  title: string;
  help: string;
  type: string;
  unit: string;
  value: SettingValue;
  default: SettingValue;
  minimum: number | null;
  maximum: number | null;
  choices: string[];
  secret: boolean;
  advanced: boolean;
  is_set: boolean;
}

export type PlayState = "preparing" | "ready" | "choose" | "refused" | "playing" | "ended";

export interface SubtitleTrack {
  id: string;
  language: string;
  title: string;
  url: string;
  forced: boolean;
  hearing_impaired: boolean;
  default: boolean;
  refusal: string;
}

export interface PlaySession {
  id: string;
  media_id: string;
  state: PlayState;
  title: string;
  url: string;
  mime_type: string;
  text: string;
  hint: string;
  eta: number | null;
  resume_from: number;
  duration: number;
  choices: { media_id: string; label: string }[];
  subtitles: SubtitleTrack[];
  warnings: string[];
}

export interface Notice {
  level: "info" | "warning" | "error";
  code: string;
  message: string;
  hint: string;
}
