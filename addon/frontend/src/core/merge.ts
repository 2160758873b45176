/** Films come page by page, shows all at once; the grid shows both in one order. */
import type { MediaItem } from "../api/types";

export type SortKey = "added" | "title" | "year" | "watched";

const collator = new Intl.Collator(undefined, { sensitivity: "base", numeric: true });

function compare(a: MediaItem, b: MediaItem, sort: SortKey): number {
  switch (sort) {
    case "title":
      return collator.compare(a.title, b.title);
    case "year":
      return (b.year ?? 0) - (a.year ?? 0);
    case "watched":
      return (b.watched_at ?? 0) - (a.watched_at ?? 0);
    case "added":
      return b.added_at - a.added_at;
  }
}

/**
 * Put shows among the films. The films keep the order that the engine gave them. While more
 * films are to come, shows that belong behind the last one wait.
 */
export function merge(
  films: readonly MediaItem[],
  shows: readonly MediaItem[],
  sort: SortKey,
  more: boolean,
): MediaItem[] {
  const waiting = [...shows].sort((a, b) => compare(a, b, sort));
  const merged: MediaItem[] = [];
  for (const film of films) {
    while (waiting[0] && compare(waiting[0], film, sort) < 0) {
      merged.push(waiting.shift() as MediaItem);
    }
    merged.push(film);
  }
  return more ? merged : [...merged, ...waiting];
}
