/** What this browser says it can play; the engine decides by it how a film is sent. */

export type Answer = "probably" | "maybe" | "";
export type Family = "chromium" | "firefox" | "safari" | "";

export interface Report {
  browser: Family;
  answers: Record<string, Answer>;
}

const mp4 = (codec: string) => `video/mp4; codecs="${codec}"`;
const webm = (codec: string) => `video/webm; codecs="${codec}"`;
const sound = (codec: string) => `audio/mp4; codecs="${codec}"`;

/** The questions that the engine knows, by its names for them. */
export const QUESTIONS: Record<string, string> = {
  h264: mp4("avc1.640028"),
  h264_high10: mp4("avc1.6E0028"),
  hevc: mp4("hvc1.1.6.L123.B0"),
  hevc_main10: mp4("hvc1.2.4.L153.B0"),
  hevc_hev1: mp4("hev1.1.6.L123.B0"),
  dolby_vision: mp4("dvh1.05.06"),
  vp8: webm("vp8"),
  vp9: webm("vp09.00.40.08"),
  vp9_10bit: webm("vp09.02.40.10"),
  av1: mp4("av01.0.08M.08"),
  av1_10bit: mp4("av01.0.08M.10"),
  theora: 'video/ogg; codecs="theora"',
  matroska: 'video/x-matroska; codecs="avc1.640028, mp4a.40.2"',
  mpegts: 'video/mp2t; codecs="avc1.640028, mp4a.40.2"',
  aac: sound("mp4a.40.2"),
  ac3: sound("ac-3"),
  eac3: sound("ec-3"),
  dts: sound("dtsc"),
  alac: sound("alac"),
  flac: "audio/flac",
  flac_mp4: sound("flac"),
  mp3: "audio/mpeg",
  opus: 'audio/webm; codecs="opus"',
  opus_mp4: sound("opus"),
  vorbis: 'audio/webm; codecs="vorbis"',
  ogg: 'audio/ogg; codecs="vorbis"',
  wav: 'audio/wav; codecs="1"',
  hls: "application/vnd.apple.mpegurl",
};

export function family(agent: string): Family {
  if (/Firefox\//.test(agent)) return "firefox";
  if (/Chrom(e|ium)\//.test(agent)) return "chromium";
  return /Safari\//.test(agent) ? "safari" : "";
}

type Media = Pick<HTMLVideoElement, "canPlayType">;
type View = Pick<Window, "matchMedia"> & { MediaSource?: unknown; ManagedMediaSource?: unknown };

export function report(
  media: Media = document.createElement("video"),
  view: View = window,
  agent = navigator.userAgent,
): Report {
  const answers: Record<string, Answer> = {};
  for (const [name, type] of Object.entries(QUESTIONS)) answers[name] = media.canPlayType(type);
  answers.mse = view.MediaSource || view.ManagedMediaSource ? "probably" : "";
  answers.hdr = view.matchMedia("(dynamic-range: high)").matches ? "probably" : "";
  return { browser: family(agent), answers };
}

/**
 * Whether playlists are played by script. A browser that plays them itself is left to it only
 * where it lets one choose among the sound tracks, as Safari does.
 */
export function scriptPlays(
  media: Media & { audioTracks?: unknown } = document.createElement("video"),
  view: View = window,
): boolean {
  const itself = media.canPlayType(QUESTIONS.hls ?? "") !== "" && media.audioTracks !== undefined;
  return !itself && Boolean(view.MediaSource || view.ManagedMediaSource);
}
