/** What the player decides; pure, so that it is tested by tables. */
import type { MediaItem, PlaySession } from "../api/types";

export interface Decoded {
  currentTime: number;
  videoWidth: number;
  /** Chromium and Safari. */
  webkitAudioDecodedByteCount?: number;
  webkitVideoDecodedByteCount?: number;
  /** Firefox. */
  mozHasAudio?: boolean;
}

export interface Expected {
  video: boolean;
  audio: boolean;
}

/**
 * What a browser leaves out although it plays without an error. Judged only once it has played
 * for `after` seconds: before that, nothing was decoded anywhere.
 */
export function missingTracks(
  player: Decoded,
  expected: Expected,
  startedAt: number,
  after = 2.5,
): ("audio" | "video")[] {
  if (player.currentTime - startedAt < after) return [];
  const missing: ("audio" | "video")[] = [];
  if (expected.video && player.videoWidth === 0) missing.push("video");
  const silent =
    player.webkitAudioDecodedByteCount === undefined
      ? player.mozHasAudio === false
      : player.webkitAudioDecodedByteCount === 0;
  if (expected.audio && silent) missing.push("audio");
  return missing;
}

/** Whether there is anything to open now. */
export function isPlayable(item: Pick<MediaItem, "state">): boolean {
  return item.state === "home" || item.state === "arriving";
}

/** The fraction of the film that can be played from `at` on without waiting. */
export function bufferedEnd(ranges: TimeRanges, at: number, duration: number): number {
  if (!(duration > 0)) return 0;
  for (let index = 0; index < ranges.length; index++) {
    if (ranges.start(index) <= at + 0.25 && at <= ranges.end(index)) {
      return Math.min(1, ranges.end(index) / duration);
    }
  }
  return 0;
}

/** Whether offering to resume makes sense. */
export function worthResuming(position: number, duration: number): boolean {
  return position > 30 && (!(duration > 0) || position < duration - 30);
}

const PLAYLIST = "application/vnd.apple.mpegurl";

export function isPlaylist(session: Pick<PlaySession, "mime_type">): boolean {
  return session.mime_type.toLowerCase().startsWith(PLAYLIST);
}

export type Way = "direct" | "remuxed" | "sound" | "encoded";

/** How the film is sent. The address of a playlist says what is made of its tracks. */
export function wayOf(session: Pick<PlaySession, "mime_type" | "url">): Way {
  if (!isPlaylist(session)) return "direct";
  const word = /\/hls\/([^/]+)\//.exec(session.url)?.[1] ?? "";
  if (/-v\d+h\d+/.test(word)) return "encoded";
  return /-a\d+aac/.test(word) ? "sound" : "remuxed";
}

export const QUALITIES = ["auto", "1080p", "720p", "480p"] as const;
export type Quality = (typeof QUALITIES)[number];

/** The qualities worth offering for a picture of this height: as it is, and the lower ones. */
export function qualitiesFor(height: number): Quality[] {
  const lower = QUALITIES.filter((name) => name !== "auto" && parseInt(name) < height);
  return lower.length ? ["auto", ...lower] : [];
}
