import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { engine } from "../api/engine";
import "../ui/suggestions";
import type { Download } from "../api/types";
import { rate } from "../core/format";
import { inFilter, isQueued, ordered, type Filter } from "../core/queue";
import { Watch } from "../core/store";
import { addOpen } from "../stores/adding";
import { downloads, mergeDownloads, settingsChanges, totals } from "../stores/live";
import { isAdmin, mayChange } from "../stores/session";
import { attempt } from "../stores/toasts";
import "../ui/download-dialogs";
import "../ui/download-row";
import { MtnElement, skeletonList } from "../ui/element";
import "../ui/empty";
import { icon } from "../ui/icons";
import { shared } from "../ui/styles";
import { words } from "../words";

const ROW = "application/x-matinee-row";
const SLOW = "queue.alternative";

/** The queue, live. */
@customElement("mtn-downloads")
export class DownloadsView extends MtnElement {
  static override styles = [
    shared,
    css`
      .tools {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        gap: 0.8rem;
        margin-bottom: 1rem;
      }
      .rates {
        display: flex;
        gap: 1.2rem;
        font-size: 1.1rem;
        font-variant-numeric: tabular-nums;
      }
      .rates b {
        font-weight: 600;
      }
      .queue {
        background: var(--surface);
        border: 1px solid var(--line);
        border-radius: var(--radius);
        padding: 0 0.6rem;
      }
      .queue > li {
        position: relative;
        content-visibility: auto;
        contain-intrinsic-size: auto 6.5rem;
      }
      .queue > li:has(mtn-menu:focus-within),
      .queue > li:focus-within {
        content-visibility: visible;
        z-index: 2;
      }
      .queue > li + li {
        border-top: 1px solid var(--line);
      }
      .queue > li.over::before {
        content: "";
        position: absolute;
        inset: -2px 0 auto;
        height: 3px;
        border-radius: 3px;
        background: var(--accent);
        z-index: 1;
      }
      .queue > li.dragged {
        opacity: 0.4;
      }
      .count {
        color: var(--muted);
        font-variant-numeric: tabular-nums;
        font-weight: 500;
      }
      @media (max-width: 760px) {
        .tools .wordy {
          font-size: 0.9rem;
          padding-inline: 0.8rem;
        }
      }
    `,
  ];

  @state() private filter: Filter = "all";
  @state() private slow: boolean | undefined;
  @state() private removing: Download | undefined;
  @state() private moving: Download | undefined;
  @state() private dragged = "";
  @state() private over = "";
  @state() private told = "";
  private stop: (() => void) | undefined;

  constructor() {
    super();
    new Watch(this, downloads, totals);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.stop = settingsChanges.subscribe(() => void this.readSlow());
    void this.readSlow();
    if (!downloads.value)
      void attempt(async () => mergeDownloads((await engine.downloads()).items));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stop?.();
  }

  private async readSlow(): Promise<void> {
    if (!isAdmin()) return;
    try {
      const { items } = await engine.settings();
      this.slow = items.find((item) => item.key === SLOW)?.value === true;
    } catch {
      this.slow = undefined;
    }
  }

  private async toggleSlow(): Promise<void> {
    const next = !this.slow;
    this.slow = next;
    if (!(await attempt(() => engine.changeSettings({ [SLOW]: next })))) this.slow = !next;
  }

  private async place(id: string, position: number): Promise<void> {
    const queue = ordered(downloads.value?.values() ?? []).filter(isQueued);
    const from = queue.findIndex((item) => item.id === id);
    const item = queue[from];
    if (!item) return;
    // The list moves at once; the engine's next frame has the last word.
    queue.splice(from, 1);
    const to = Math.min(position, queue.length);
    queue.splice(to, 0, item);
    mergeDownloads(queue.map((one, index) => ({ ...one, position: index })));
    this.told = words.downloads.moved(item.name, to + 1);
    const worked = await attempt(() => engine.placeDownload(id, to));
    if (!worked) mergeDownloads((await engine.downloads()).items);
  }

  private dragStart(event: DragEvent, item: Download): void {
    this.dragged = item.id;
    event.dataTransfer?.setData(ROW, item.id);
    if (event.dataTransfer) event.dataTransfer.effectAllowed = "move";
  }

  private dropOn(event: DragEvent, item: Download): void {
    if (!this.dragged) return;
    event.preventDefault();
    event.stopPropagation();
    const queue = ordered(downloads.value?.values() ?? []).filter(isQueued);
    const from = queue.findIndex((one) => one.id === this.dragged);
    const to = queue.findIndex((one) => one.id === item.id);
    if (to >= 0 && from !== to) void this.place(this.dragged, from < to ? to - 1 : to);
    this.endDrag();
  }

  private endDrag(): void {
    this.dragged = "";
    this.over = "";
  }

  override render() {
    const items = downloads.value && ordered(downloads.value.values());
    return html`
      <div class="head">
        <h1>${words.downloads.title}</h1>
        <div class="rates">
          <span
            ><span class="sr">${words.downloads.down}</span>↓
            <b>${rate(totals.value.rate_down)}</b></span
          >
          <span
            ><span class="sr">${words.downloads.up}</span>↑
            <b>${rate(totals.value.rate_up)}</b></span
          >
        </div>
      </div>
      <p class="sr" role="status">${this.told}</p>
      ${items ? this.page(items) : skeletonList()}
      ${
        this.removing
          ? html`<mtn-remove-download
              .item=${this.removing}
              @closed=${() => (this.removing = undefined)}
            ></mtn-remove-download>`
          : nothing
      }
      ${
        this.moving
          ? html`<mtn-move-download
              .item=${this.moving}
              @closed=${() => (this.moving = undefined)}
            ></mtn-move-download>`
          : nothing
      }
    `;
  }

  private page(items: Download[]) {
    if (!items.length) {
      return html`<mtn-empty heading=${words.downloads.empty} text=${words.downloads.emptyText}>
          ${
            mayChange()
              ? html`<button class="primary" @click=${() => addOpen.set(true)}>
                  ${icon("add")}${words.nav.add}
                </button>`
              : nothing
          }
          <a class="button" href="#/downloads/history">${words.downloads.history}</a>
        </mtn-empty>
        <mtn-suggestions></mtn-suggestions>`;
    }
    const shown = items.filter((item) => inFilter(item, this.filter));
    return html`
      <div class="tools">
        ${this.filters(items)}
        <div class="row">${this.commands(items)}</div>
      </div>
      ${
        shown.length
          ? this.list(shown, items.filter(isQueued).length)
          : html`<mtn-empty
              heading=${words.downloads.emptyFilter}
              text=${words.downloads.emptyFilterText}
            ></mtn-empty>`
      }
      <mtn-suggestions></mtn-suggestions>
    `;
  }

  private filters(items: Download[]) {
    return html`<div class="segments" role="group" aria-label=${words.downloads.filter}>
      ${(Object.keys(words.downloads.filters) as Filter[]).map((name) => {
        const count = items.filter((item) => inFilter(item, name)).length;
        if (!count && name !== "all" && name !== this.filter) return nothing;
        return html`<button
          aria-pressed=${this.filter === name}
          @click=${() => (this.filter = name)}
        >
          ${words.downloads.filters[name]} <span class="count">${count}</span>
        </button>`;
      })}
    </div>`;
  }

  private commands(items: Download[]) {
    const running = items.some((item) => inFilter(item, "active") || inFilter(item, "waiting"));
    const paused = items.some((item) => item.state === "paused");
    return html`
      ${
        this.slow === undefined
          ? nothing
          : html`<button
              class="wordy"
              aria-pressed=${this.slow}
              title=${words.downloads.slowHelp}
              @click=${this.toggleSlow}
            >
              ${icon(this.slow ? "check" : "slow")}${words.downloads.slow}
            </button>`
      }
      ${
        mayChange() && running
          ? html`<button class="wordy" @click=${() => attempt(() => engine.pauseAll())}>
              ${icon("pause")}${words.downloads.pauseAll}
            </button>`
          : nothing
      }
      ${
        mayChange() && paused
          ? html`<button class="wordy" @click=${() => attempt(() => engine.resumeAll())}>
              ${icon("downloads")}${words.downloads.resumeAll}
            </button>`
          : nothing
      }
      <a class="button wordy" href="#/downloads/history">${words.downloads.history}</a>
    `;
  }

  private list(shown: Download[], count: number) {
    return html`<ul
      class="queue"
      @place=${(event: CustomEvent<{ id: string; position: number }>) =>
        this.place(event.detail.id, event.detail.position)}
      @remove=${(event: CustomEvent<Download>) => (this.removing = event.detail)}
      @move=${(event: CustomEvent<Download>) => (this.moving = event.detail)}
    >
      ${repeat(
        shown,
        (item) => item.id,
        (item) =>
          html`<li
            class="${this.over === item.id ? "over" : ""} ${
              this.dragged === item.id ? "dragged" : ""
            }"
            draggable=${mayChange() && isQueued(item) ? "true" : "false"}
            @dragstart=${(event: DragEvent) => this.dragStart(event, item)}
            @dragend=${this.endDrag}
            @dragover=${(event: DragEvent) => {
              if (!this.dragged) return;
              event.preventDefault();
              this.over = item.id;
            }}
            @drop=${(event: DragEvent) => this.dropOn(event, item)}
          >
            <mtn-download-row .item=${item} .count=${count}></mtn-download-row>
          </li>`,
      )}
    </ul>`;
  }
}
