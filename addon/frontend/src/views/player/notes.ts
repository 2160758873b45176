import { html, nothing, type ReactiveControllerHost } from "lit";
import type { MediaStream } from "../../api/types";
import { missingTracks } from "../../core/playback";
import { icon } from "../../ui/icons";
import { words } from "../../words";

interface Note {
  id: string;
  title: string;
  text: string;
  hint?: string;
}

/** What will not be seen or heard, said over the picture until it is dismissed. */
export class Notes {
  private list: Note[] = [];
  private judged = new Set<string>();

  constructor(private readonly host: ReactiveControllerHost) {}

  reset(): void {
    this.list = [];
    this.judged = new Set();
    this.host.requestUpdate();
  }

  /** Show the warnings of the session in the place of what was shown. */
  warn(warnings: string[]): void {
    this.list = warnings
      .filter((text) => !this.judged.has(text))
      .map((text) => ({ id: text, title: "", text }));
    this.host.requestUpdate();
  }

  /** Notice what the browser leaves out although it plays. */
  judge(video: HTMLVideoElement, streams: MediaStream[], startedAt: number): void {
    const expected = {
      video: streams.some((stream) => stream.kind === "video"),
      audio: streams.some((stream) => stream.kind === "audio") && !video.muted && video.volume > 0,
    };
    for (const track of missingTracks(video, expected, startedAt)) {
      if (this.judged.has(track) || this.list.length) continue;
      this.judged.add(track);
      this.list = [...this.list, missing(track)];
      this.host.requestUpdate();
    }
  }

  private dismiss(note: Note): void {
    this.judged.add(note.id);
    this.list = this.list.filter((other) => other !== note);
    this.host.requestUpdate();
  }

  render() {
    return html`<div class="notices" role="status">
      ${this.list.map(
        (note) =>
          html`<div class="notice">
            ${icon("warning")}
            <div>
              ${note.title ? html`<strong>${note.title}</strong><br />` : nothing}${note.text}
              ${note.hint ? html`<p class="muted fine">${note.hint}</p>` : nothing}
            </div>
            <button
              class="quiet small only-icon"
              aria-label=${words.player.dismiss}
              @click=${() => this.dismiss(note)}
            >
              ${icon("close")}
            </button>
          </div>`,
      )}
    </div>`;
  }
}

function missing(track: "audio" | "video"): Note {
  const w = words.player;
  return track === "audio"
    ? { id: track, title: w.silentTitle, text: w.silent, hint: w.otherScreen }
    : { id: track, title: w.blackTitle, text: w.black, hint: w.otherScreen };
}
