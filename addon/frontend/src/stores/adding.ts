import { asProblem } from "../api/client";
import { engine, type AddOptions } from "../api/engine";
import type { Download } from "../api/types";
import { go } from "../core/router";
import { isTorrentFile, linkName, linksIn } from "../core/sources";
import { Store } from "../core/store";
import { words } from "../words";
import { mergeDownloads } from "./live";
import { mayChange } from "./session";
import { say } from "./toasts";

/** Whether the dialog for adding is open. */
export const addOpen = new Store(false);

export interface Source {
  name: string;
  send: (options: AddOptions) => Promise<Download>;
}

export const linkSource = (link: string): Source => ({
  name: linkName(link),
  send: (options) => engine.add(link, options),
});

export const fileSource = (file: File): Source => ({
  name: file.name,
  send: (options) => engine.addTorrent(file, options),
});

function told(download: Download, chooseFiles: boolean): void {
  const open = () => go(`/downloads/${download.id}`);
  if (download.duplicate) {
    const action = { label: words.add.show, run: open };
    say({ kind: "info", text: words.add.duplicate(download.name), action });
    return;
  }
  const label = chooseFiles ? words.add.chooseFiles : words.add.show;
  say({ kind: "ok", text: words.add.added(download.name), action: { label, run: open } });
}

/** Add one after the other, saying of each how it went. Returns those that were added. */
export async function addAll(sources: Source[], options: AddOptions = {}): Promise<Download[]> {
  const added: Download[] = [];
  for (const source of sources) {
    try {
      const download = await source.send(options);
      mergeDownloads([download]);
      added.push(download);
      told(download, options.paused ?? false);
    } catch (error) {
      const problem = asProblem(error);
      const text = `${words.add.failed(source.name)}. ${problem.message}`;
      say({ kind: "error", text, hint: problem.hint });
    }
  }
  return added;
}

/** Sort dropped or chosen files into torrents and others; the others are refused in words. */
export function torrentSources(files: Iterable<File>): Source[] {
  const sources: Source[] = [];
  for (const file of files) {
    if (isTorrentFile(file)) sources.push(fileSource(file));
    else
      say({
        kind: "error",
        text: words.add.notTorrent(file.name),
        hint: words.add.notTorrentHint,
      });
  }
  return sources;
}

/** Add what was pasted or dropped anywhere on the page. Returns whether there was anything. */
export function addTransfer(data: DataTransfer): boolean {
  const files = torrentSources(data.files);
  const text = data.getData("text/uri-list") || data.getData("text/plain");
  const links = data.files.length ? [] : linksIn(text).map(linkSource);
  const sources = [...files, ...links];
  if (!sources.length) return data.files.length > 0;
  if (!mayChange()) {
    say({ kind: "error", text: words.add.guest });
    return true;
  }
  void addAll(sources);
  return true;
}
