/** What a person pastes or drops, and which of it can be downloaded. */

const MAGNET = /magnet:\?[^\s<>"']+/gi;
const ADDRESS = /https?:\/\/[^\s<>"']+/gi;
const HASH = /^(?:[0-9a-f]{40}|[0-9a-f]{64}|[a-z2-7]{32})$/i;

/** Return the links in a text, in order and without repetition. */
export function linksIn(text: string): string[] {
  const links: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    const trimmed = line.trim();
    if (!trimmed) continue;
    if (HASH.test(trimmed)) {
      links.push(hashMagnet(trimmed));
      continue;
    }
    const magnets = trimmed.match(MAGNET) ?? [];
    const rest = trimmed.replace(MAGNET, " ");
    links.push(...magnets, ...(rest.match(ADDRESS) ?? []));
  }
  return [...new Set(links)];
}

function hashMagnet(hash: string): string {
  const urn = hash.length === 64 ? `urn:btmh:1220${hash.toLowerCase()}` : `urn:btih:${hash}`;
  return `magnet:?xt=${urn}`;
}

/** A name for a link before the engine knows a better one. Never shows its secrets. */
export function linkName(link: string): string {
  try {
    const url = new URL(link);
    const name = url.searchParams.get("dn");
    if (name) return name;
    if (url.protocol === "magnet:") {
      const hash = /urn:bt(?:ih|mh):([^&]+)/i.exec(link)?.[1] ?? "";
      return `${hash.slice(0, 12)}…`;
    }
    return decodeURIComponent(url.pathname.split("/").pop() ?? "") || url.host;
  } catch {
    return link.slice(0, 60);
  }
}

export function isTorrentFile(file: File): boolean {
  return file.type === "application/x-bittorrent" || /\.torrent$/i.test(file.name);
}
