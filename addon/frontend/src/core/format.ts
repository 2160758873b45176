import { words } from "../words";

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

/** "1.4 GB"; decimal units, as drives are sold. */
export function bytes(count: number): string {
  let value = Math.max(0, count);
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits)} ${UNITS[unit] ?? ""}`;
}

/** "2.1 MB/s" */
export function rate(perSecond: number): string {
  return `${bytes(perSecond)}/s`;
}

/** "42 %"; never says 100 before it is all there. */
export function percent(fraction: number): string {
  const clamped = Math.min(1, Math.max(0, fraction));
  return `${clamped < 1 ? Math.min(99, Math.floor(clamped * 100)) : 100} %`;
}

/** "1:02:03" or "4:05", for players. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(Number.isFinite(seconds) ? seconds : 0));
  const s = String(whole % 60).padStart(2, "0");
  const m = Math.floor(whole / 60) % 60;
  const h = Math.floor(whole / 3600);
  return h > 0 ? `${h}:${String(m).padStart(2, "0")}:${s}` : `${m}:${s}`;
}

/** "2 h 5 min", "3 min", "40 s". */
export function span(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return words.time.seconds(s);
  if (s < 3600) return words.time.minutes(Math.round(s / 60));
  if (s < 86400) {
    const minutes = Math.round((s % 3600) / 60);
    const hours = Math.floor(s / 3600) + (minutes === 60 ? 1 : 0);
    return words.time.hours(hours, minutes % 60);
  }
  return words.time.days(Math.round(s / 86400));
}

/** "5 minutes ago", "in 3 hours". `at` and `now` in seconds since 1970. */
export function ago(at: number, now = Date.now() / 1000): string {
  const seconds = at - now;
  const format = new Intl.RelativeTimeFormat(words.locale, { numeric: "auto" });
  const size = Math.abs(seconds);
  if (size < 45) return words.time.now;
  if (size < 3600) return format.format(Math.round(seconds / 60), "minute");
  if (size < 86400) return format.format(Math.round(seconds / 3600), "hour");
  if (size < 86400 * 30) return format.format(Math.round(seconds / 86400), "day");
  return day(at);
}

/** "1 Dec 2026" */
export function day(at: number): string {
  const style = { day: "numeric", month: "short", year: "numeric" } as const;
  return new Intl.DateTimeFormat(words.locale, style).format(at * 1000);
}

/** "1 Dec, 15:40" */
export function moment(at: number): string {
  const style = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" } as const;
  return new Intl.DateTimeFormat(words.locale, style).format(at * 1000);
}

/** "S02E05" */
export function episodeCode(season: number | null, episode: number | null): string {
  const two = (value: number) => String(value).padStart(2, "0");
  if (episode === null) return season === null ? "" : `S${two(season)}`;
  return `${season === null ? "" : `S${two(season)}`}E${two(episode)}`;
}

/** "German" for "de" or "ger"; the code itself where the browser has no name for it. */
export function language(code: string): string {
  if (!code || code === "und") return words.player.unknownLanguage;
  try {
    const name = new Intl.DisplayNames([words.locale], { type: "language" }).of(code);
    return name ?? code;
  } catch {
    return code;
  }
}

/** "HDR10", "Dolby Vision" … for the engine's names. */
export function hdrName(value: string): string {
  return (
    { hdr10: "HDR10", hdr10plus: "HDR10+", hlg: "HLG", dolby_vision: "Dolby Vision" }[value] ??
    value
  );
}

/** "5.1", "Stereo". */
export function channels(count: number): string {
  if (count === 1) return words.media.mono;
  if (count === 2) return words.media.stereo;
  if (count === 6) return "5.1";
  if (count === 8) return "7.1";
  return count > 0 ? words.media.channels(count) : "";
}
