import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { engine, type DownloadVerb } from "../api/engine";
import type { Download } from "../api/types";
import { bytes, percent, rate } from "../core/format";
import { canPause, canResume, canRetry, etaText, isQueued, stateText, tone } from "../core/queue";
import { go } from "../core/router";
import { mergeDownloads } from "../stores/live";
import { mayChange } from "../stores/session";
import { attempt } from "../stores/toasts";
import { words } from "../words";
import { vars } from "./directives";
import { MtnElement } from "./element";
import { icon } from "./icons";
import "./menu";
import type { MenuItem } from "./menu";
import { shared } from "./styles";

/** One download in the queue. Emits "place" with a new position, "remove" and "move". */
@customElement("mtn-download-row")
export class DownloadRow extends MtnElement {
  static override styles = [
    shared,
    css`
      article {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr) auto;
        gap: 0.4rem 0.9rem;
        align-items: center;
        padding: 0.95rem 0.7rem 0.95rem 0.4rem;
      }
      .grip {
        cursor: grab;
        color: var(--muted);
        padding: 0.6rem 0.2rem;
        touch-action: none;
      }
      .no-grip {
        width: 0.5rem;
      }
      .name {
        font-weight: 600;
        color: var(--text);
        text-decoration: none;
        display: -webkit-box;
        -webkit-line-clamp: 2;
        -webkit-box-orient: vertical;
        overflow: hidden;
      }
      .name:hover {
        text-decoration: underline;
      }
      .main {
        display: grid;
        gap: 0.45rem;
      }
      .line {
        display: flex;
        flex-wrap: wrap;
        gap: 0.15rem 1.1rem;
        color: var(--muted);
        font-size: 0.9rem;
        font-variant-numeric: tabular-nums;
      }
      .state {
        font-weight: 600;
      }
      .warm {
        color: var(--accent-text);
      }
      .ok {
        color: var(--ok);
        --bar: var(--ok);
      }
      .bad {
        color: var(--danger);
        --bar: var(--danger);
      }
      .idle {
        --bar: var(--line-strong);
      }
      .trouble {
        padding: 0.6rem 0.8rem;
        border-radius: var(--radius-small);
        background: var(--danger-soft);
        color: var(--text);
        font-size: 0.92rem;
      }
      .buttons {
        display: flex;
        align-items: center;
        gap: 0.2rem;
      }
      @media (max-width: 760px) {
        article {
          grid-template-columns: minmax(0, 1fr) auto;
          padding-inline: 0.2rem;
        }
        .grip,
        .no-grip {
          display: none;
        }
        .main {
          display: contents;
        }
        .main > :not(.name) {
          grid-column: 1 / -1;
        }
        .buttons {
          grid-area: 1 / 2;
        }
      }
    `,
  ];

  @property({ attribute: false }) item!: Download;
  @property({ type: Number }) count = 0;
  @state() private busy = false;

  private async command(verb: DownloadVerb): Promise<void> {
    this.busy = true;
    await attempt(async () => mergeDownloads([await engine.command(this.item.id, verb)]));
    this.busy = false;
  }

  private place(position: number): void {
    this.emit("place", { id: this.item.id, position });
  }

  override render() {
    const item = this.item;
    const mood = tone(item);
    return html`<article>
      ${
        mayChange() && isQueued(item)
          ? html`<span class="grip" aria-hidden="true" title=${words.downloads.drag(item.name)}
              >${icon("grip")}</span
            >`
          : html`<span class="no-grip"></span>`
      }
      <div class="main">
        <a class="name" href="#/downloads/${item.id}">${item.name}</a>
        <div
          class="bar ${mood || "idle"}"
          role="progressbar"
          aria-label=${words.downloads.progress(item.name)}
          aria-valuenow=${Math.floor(item.progress * 100)}
          aria-valuemin="0"
          aria-valuemax="100"
          ${vars({ "--value": item.progress })}
        ></div>
        <div class="line">
          <span class="state ${mood}">${stateText(item)}</span>
          ${this.numbers()}
        </div>
        ${item.trouble ? this.trouble() : nothing}
        ${
          item.unsorted
            ? html`<p class="fine">
                ${words.downloads.unsorted(item.unsorted)}:
                <a href="#/unsorted">${words.downloads.unsortedGo}</a>
              </p>`
            : nothing
        }
      </div>
      <div class="buttons">${this.buttons()}</div>
    </article>`;
  }

  private numbers() {
    const item = this.item;
    const total = item.wanted || item.size;
    const eta = etaText(item);
    return html`
      ${
        total
          ? html`<span>
              ${
                item.state === "completed"
                  ? bytes(total)
                  : `${percent(item.progress)} · ${words.downloads.of(bytes(item.done), bytes(total))}`
              }
            </span>`
          : nothing
      }
      ${
        item.rate_down
          ? html`<span
              ><span class="sr">${words.downloads.down}: </span>↓ ${rate(item.rate_down)}</span
            >`
          : nothing
      }
      ${
        item.rate_up
          ? html`<span
              ><span class="sr">${words.downloads.up}: </span>↑ ${rate(item.rate_up)}</span
            >`
          : nothing
      }
      ${eta ? html`<span>${eta}</span>` : nothing}
      ${
        item.peers || item.seeds
          ? html`<span>${words.downloads.peers(item.seeds, item.peers)}</span>`
          : nothing
      }
    `;
  }

  private trouble() {
    const trouble = this.item.trouble;
    return html`<div class="trouble">
      <strong>${trouble?.message}</strong>
      ${trouble?.hint ? html`<div>${trouble.hint}</div>` : nothing}
    </div>`;
  }

  private button(label: string, symbol: string, run: () => void, kind = "") {
    return html`<button
      class="quiet only-icon ${kind}"
      aria-label="${label}: ${this.item.name}"
      title=${label}
      ?disabled=${this.busy}
      @click=${run}
    >
      ${icon(symbol)}
    </button>`;
  }

  private buttons() {
    const item = this.item;
    const media = item.media_ids.length === 1 ? item.media_ids[0] : undefined;
    return html`
      ${
        media
          ? html`<a
              class="button quiet only-icon"
              href="#/watch/${media}"
              aria-label="${words.downloads.watch}: ${item.name}"
              title=${words.downloads.watch}
              >${icon("play")}</a
            >`
          : nothing
      }
      ${
        mayChange()
          ? html`
              ${
                canRetry(item)
                  ? this.button(words.downloads.retry, "refresh", () => void this.command("retry"))
                  : canResume(item)
                    ? this.button(
                        words.downloads.resume,
                        "downloads",
                        () => void this.command("resume"),
                      )
                    : canPause(item)
                      ? this.button(
                          words.downloads.pause,
                          "pause",
                          () => void this.command("pause"),
                        )
                      : nothing
              }
              <mtn-menu label=${words.downloads.menu(item.name)} .items=${this.menu()}></mtn-menu>
            `
          : nothing
      }
    `;
  }

  private menu(): MenuItem[] {
    const item = this.item;
    const items: MenuItem[] = [
      { label: words.downloads.open, icon: "file", run: () => go(`/downloads/${item.id}`) },
    ];
    if (isQueued(item)) {
      items.push(
        { label: words.downloads.toTop, icon: "up", run: () => this.place(0) },
        {
          label: words.downloads.up1,
          icon: "up",
          run: () => this.place(Math.max(0, item.position - 1)),
        },
        { label: words.downloads.down1, icon: "down", run: () => this.place(item.position + 1) },
        {
          label: words.downloads.toBottom,
          icon: "down",
          run: () => this.place(Math.max(0, this.count - 1)),
        },
      );
    }
    items.push(
      { label: words.downloads.move, icon: "storage", run: () => this.emit("move", item) },
      { label: words.downloads.recheck, icon: "check", run: () => void this.command("recheck") },
    );
    if (item.state === "completed") {
      items.push({
        label: words.downloads.reimport,
        icon: "library",
        run: () => void this.command("reimport"),
      });
    }
    items.push({
      label: words.downloads.remove,
      icon: "trash",
      danger: true,
      run: () => this.emit("remove", item),
    });
    return items;
  }
}
