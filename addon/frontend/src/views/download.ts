import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { asProblem, type Problem } from "../api/client";
import { engine, type DownloadVerb } from "../api/engine";
import type { Download, HistoryEntry, Peer, Tracker } from "../api/types";
import { bytes, moment, percent, rate } from "../core/format";
import { canPause, canResume, canRetry, etaText, stateText, tone } from "../core/queue";
import { documentTitle, go } from "../core/router";
import { Watch } from "../core/store";
import { downloads, mergeDownloads } from "../stores/live";
import { mayChange } from "../stores/session";
import { attempt } from "../stores/toasts";
import { vars } from "../ui/directives";
import "../ui/download-dialogs";
import { Loaded, MtnElement, formError, problemBox, skeletonList } from "../ui/element";
import "../ui/empty";
import "../ui/file-tree";
import { icon } from "../ui/icons";
import "../ui/menu";
import "../ui/size-field";
import type { SizeField } from "../ui/size-field";
import { shared } from "../ui/styles";
import { words } from "../words";

type Tab = "files" | "peers" | "trackers" | "limits" | "facts" | "history";
const TABS: Tab[] = ["files", "peers", "trackers", "limits", "facts", "history"];
const REFRESH = 2500;

/** Everything about one download. */
@customElement("mtn-download")
export class DownloadView extends MtnElement {
  static override styles = [
    shared,
    css`
      .top {
        gap: 0.9rem;
        margin-bottom: 1.3rem;
      }
      .bar {
        height: 0.6rem;
      }
      .bar.ok {
        --bar: var(--ok);
      }
      .bar.bad {
        --bar: var(--danger);
      }
      .line {
        display: flex;
        flex-wrap: wrap;
        gap: 0.2rem 1.3rem;
        font-variant-numeric: tabular-nums;
        color: var(--muted);
      }
      .state {
        font-weight: 600;
        color: var(--text);
      }
      .segments {
        margin-bottom: 0.9rem;
      }
      .two {
        display: grid;
        gap: 1rem;
        grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr));
      }
      .hash {
        font-family: ui-monospace, "DejaVu Sans Mono", monospace;
        font-size: 0.85rem;
      }
    `,
  ];

  @property() downloadId = "";
  @state() private tab: Tab = "files";
  @state() private dialog: "" | "remove" | "move" = "";
  @state() private busy = false;
  @state() private problem: Problem | undefined;
  @state() private saving: Problem | "saved" | undefined;
  private timer: ReturnType<typeof setInterval> | undefined;
  private readonly peers: Loaded<Peer[]> = new Loaded(this, () => engine.peers(this.downloadId));
  private readonly trackers: Loaded<Tracker[]> = new Loaded(this, () =>
    engine.trackers(this.downloadId),
  );
  private readonly history: Loaded<HistoryEntry[]> = new Loaded(this, async () => {
    const page = await engine.history({ download_id: this.downloadId, limit: 200 });
    return page.items;
  });

  constructor() {
    super();
    new Watch(this, downloads);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.timer = setInterval(() => {
      if (!document.hidden) void this.refresh();
    }, REFRESH);
    void this.read();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.timer);
  }

  private async read(): Promise<void> {
    this.problem = undefined;
    if (downloads.value?.has(this.downloadId)) return;
    try {
      mergeDownloads([await engine.download(this.downloadId)]);
    } catch (error) {
      this.problem = asProblem(error);
    }
  }

  private async refresh(): Promise<void> {
    if (this.tab === "peers") await this.peers.reload();
    if (this.tab === "trackers") await this.trackers.reload();
  }

  private open(tab: Tab): void {
    this.tab = tab;
    this.saving = undefined;
    if (tab === "history") void this.history.reload();
    void this.refresh();
  }

  private async command(verb: DownloadVerb): Promise<void> {
    this.busy = true;
    await attempt(async () => mergeDownloads([await engine.command(this.downloadId, verb)]));
    this.busy = false;
  }

  override render() {
    const item = downloads.value?.get(this.downloadId);
    if (item) {
      documentTitle(item.name);
      return this.page(item);
    }
    if (this.problem && this.problem.status !== 404) {
      return problemBox(this.problem, () => void this.read());
    }
    if (!this.problem && !downloads.value) return skeletonList();
    return html`<h1 class="sr">${words.download.gone}</h1>
      <mtn-empty heading=${words.download.gone} text=${words.download.goneText}>
        <a class="button" href="#/downloads">${words.downloads.title}</a>
      </mtn-empty>`;
  }

  private page(item: Download) {
    return html`
      <p class="fine"><a href="#/downloads">${words.downloads.title}</a></p>
      <div class="head"><h1>${item.name}</h1></div>
      ${this.summary(item)}
      <div
        class="segments"
        role="tablist"
        aria-label=${words.download.title}
        data-arrows
        @keydown=${this.arrow}
      >
        ${TABS.map(
          (tab) =>
            html`<button
              role="tab"
              id="tab-${tab}"
              aria-selected=${this.tab === tab}
              aria-controls="panel"
              tabindex=${this.tab === tab ? 0 : -1}
              @click=${() => this.open(tab)}
            >
              ${words.download[tab]}
            </button>`,
        )}
      </div>
      <section id="panel" class="card" role="tabpanel" aria-labelledby="tab-${this.tab}">
        ${this.panel(item)}
      </section>
      ${this.dialogs(item)}
    `;
  }

  private arrow(event: KeyboardEvent): void {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === "ArrowDown") {
      this.renderRoot
        .querySelector<HTMLElement>("#panel select, #panel input, #panel button")
        ?.focus();
      event.preventDefault();
    }
    if (!by) return;
    event.preventDefault();
    const next = TABS[(TABS.indexOf(this.tab) + by + TABS.length) % TABS.length];
    if (!next) return;
    this.open(next);
    this.renderRoot.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  }

  private summary(item: Download) {
    const media = item.media_ids[0];
    const one = item.media_ids.length === 1;
    return html`<div class="stack top">
      <div
        class="bar ${tone(item)}"
        role="progressbar"
        aria-label=${words.downloads.progress(item.name)}
        aria-valuenow=${Math.floor(item.progress * 100)}
        aria-valuemin="0"
        aria-valuemax="100"
        ${vars({ "--value": item.progress })}
      ></div>
      <div class="line">
        <span class="state">${stateText(item)}</span>
        <span
          >${percent(item.progress)} ·
          ${words.downloads.of(bytes(item.done), bytes(item.wanted || item.size))}</span
        >
        <span>↓ ${rate(item.rate_down)}</span>
        <span>↑ ${rate(item.rate_up)}</span>
        <span>${etaText(item)}</span>
        <span>${words.downloads.peers(item.seeds, item.peers)}</span>
      </div>
      ${
        item.trouble
          ? html`<div class="card" role="note">
              <strong class="error">${item.trouble.message}</strong>
              ${item.trouble.hint ? html`<p>${item.trouble.hint}</p>` : nothing}
            </div>`
          : nothing
      }
      <div class="row">
        ${
          media
            ? html`<a class="button primary" href=${one ? `#/watch/${media}` : `#/title/${media}`}
                >${icon("play")}${words.downloads.watch}</a
              >`
            : nothing
        }
        ${mayChange() ? this.commands(item) : nothing}
      </div>
    </div>`;
  }

  private commands(item: Download): TemplateResult {
    const button = (verb: DownloadVerb, label: string, symbol: string) =>
      html`<button ?disabled=${this.busy} @click=${() => this.command(verb)}>
        ${icon(symbol)}${label}
      </button>`;
    return html`
      ${
        canRetry(item)
          ? button("retry", words.downloads.retry, "refresh")
          : canResume(item)
            ? button("resume", words.downloads.resume, "downloads")
            : canPause(item)
              ? button("pause", words.downloads.pause, "pause")
              : nothing
      }
      <mtn-menu
        label=${words.downloads.menu(item.name)}
        .items=${[
          {
            label: words.downloads.move,
            icon: "storage",
            run: () => (this.dialog = "move"),
          },
          {
            label: words.downloads.recheck,
            icon: "check",
            run: () => void this.command("recheck"),
          },
          {
            label: words.downloads.reimport,
            icon: "library",
            disabled: item.state !== "completed",
            run: () => void this.command("reimport"),
          },
          {
            label: words.downloads.remove,
            icon: "trash",
            danger: true,
            run: () => (this.dialog = "remove"),
          },
        ]}
      ></mtn-menu>
    `;
  }

  private panel(item: Download): unknown {
    switch (this.tab) {
      case "files":
        return html`<mtn-file-tree
          .downloadId=${item.id}
          .live=${item.state === "downloading"}
        ></mtn-file-tree>`;
      case "peers":
        return this.peers.show((peers) => this.peerTable(peers));
      case "trackers":
        return this.trackers.show((trackers) => this.trackerTable(trackers));
      case "limits":
        return this.limits(item);
      case "facts":
        return this.facts(item);
      case "history":
        return this.history.show((entries) => this.entries(entries));
    }
  }

  private peerTable(peers: Peer[]) {
    if (!peers.length) {
      return html`<mtn-empty
        heading=${words.download.peerNone}
        text=${words.download.peerNoneText}
      ></mtn-empty>`;
    }
    const w = words.download;
    return html`<div class="scroll-x" role="region" aria-label=${w.peers} tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col">${w.address}</th>
            <th scope="col">${w.client}</th>
            <th scope="col">${w.done}</th>
            <th scope="col">${w.rateDown}</th>
            <th scope="col">${w.rateUp}</th>
          </tr>
        </thead>
        <tbody class="num">
          ${peers.map(
            (peer) =>
              html`<tr>
                <td>${peer.address}</td>
                <td>${peer.client}</td>
                <td>${percent(peer.progress)}</td>
                <td>${rate(peer.rate_down)}</td>
                <td>${rate(peer.rate_up)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }

  private trackerTable(trackers: Tracker[]) {
    if (!trackers.length) {
      return html`<mtn-empty
        heading=${words.download.trackerNone}
        text=${words.download.trackerNoneText}
      ></mtn-empty>`;
    }
    const w = words.download;
    return html`<div class="scroll-x" role="region" aria-label=${w.trackers} tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col">${w.tracker}</th>
            <th scope="col">${w.state}</th>
            <th scope="col">${w.message}</th>
          </tr>
        </thead>
        <tbody>
          ${trackers.map(
            (tracker) =>
              html`<tr>
                <td>${tracker.url}</td>
                <td>${tracker.working ? w.works : w.fails}</td>
                <td>${tracker.message}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }

  private async saveLimits(event: Event): Promise<void> {
    event.preventDefault();
    const size = (id: string) => this.renderRoot.querySelector<SizeField>(`#${id}`)?.value ?? 0;
    const number = (id: string) => {
      const text = this.renderRoot.querySelector<HTMLInputElement>(`#${id}`)?.value ?? "";
      return text === "" ? null : Number(text);
    };
    this.busy = true;
    try {
      const changed = await engine.changeDownload(this.downloadId, {
        priority: number("priority") ?? 0,
        rate_limit_down: size("down"),
        rate_limit_up: size("up"),
        seed_ratio: number("ratio"),
        seed_minutes: number("minutes"),
      });
      mergeDownloads([changed]);
      this.saving = "saved";
    } catch (error) {
      this.saving = asProblem(error);
    }
    this.busy = false;
  }

  private limits(item: Download) {
    const w = words.download;
    const level = Math.sign(item.priority);
    return html`<form class="stack" @submit=${this.saveLimits}>
      <div class="two">
        <mtn-size-field
          id="down"
          label=${w.limitDown}
          help=${w.limitHelp}
          unit="B/s"
          .value=${item.rate_limit_down}
        ></mtn-size-field>
        <mtn-size-field
          id="up"
          label=${w.limitUp}
          help=${w.limitHelp}
          unit="B/s"
          .value=${item.rate_limit_up}
        ></mtn-size-field>
        <div class="field">
          <label for="ratio">${w.seedRatio}</label>
          <input
            id="ratio"
            type="number"
            step="0.1"
            min="-1"
            .value=${String(item.seed_ratio ?? "")}
            aria-describedby="ratio-help"
          />
          <span id="ratio-help" class="muted fine">${w.seedRatioHelp}</span>
        </div>
        <div class="field">
          <label for="minutes">${w.seedMinutes}</label>
          <input
            id="minutes"
            type="number"
            min="0"
            .value=${String(item.seed_minutes ?? "")}
            aria-describedby="minutes-help"
          />
          <span id="minutes-help" class="muted fine">${w.seedMinutesHelp}</span>
        </div>
        <div class="field">
          <label for="priority">${words.downloads.priority}</label>
          <select id="priority">
            <option value="1" ?selected=${level > 0}>${words.downloads.priorities.high}</option>
            <option value="0" ?selected=${level === 0}>${words.downloads.priorities.normal}</option>
            <option value="-1" ?selected=${level < 0}>${words.downloads.priorities.low}</option>
          </select>
        </div>
      </div>
      ${formError(this.saving instanceof Error ? this.saving : undefined)}
      <div class="row">
        <button class="primary" ?disabled=${this.busy || !mayChange()}>${words.save}</button>
        <span role="status" class="muted">${this.saving === "saved" ? words.saved : ""}</span>
      </div>
    </form>`;
  }

  private facts(item: Download) {
    const w = words.download;
    const rows: [string, string, string?][] = [
      [w.size, bytes(item.size)],
      [w.added, item.added_at ? moment(item.added_at) : ""],
      [w.completed, item.completed_at ? moment(item.completed_at) : ""],
      [w.uploaded, bytes(item.uploaded)],
      [w.ratio, item.ratio.toFixed(2)],
      [w.savePath, item.save_path],
      [w.transport, item.transport],
      [w.hashV1, item.info_hash_v1, "hash"],
      [w.hashV2, item.info_hash_v2, "hash"],
    ];
    return html`<dl class="facts">
      ${rows
        .filter(([, text]) => text)
        .map(
          ([label, text, kind]) =>
            html`<dt>${label}</dt>
              <dd class=${kind ?? ""}>${text}</dd>`,
        )}
    </dl>`;
  }

  private entries(entries: HistoryEntry[]) {
    if (!entries.length) return html`<p class="muted">${words.history.empty}</p>`;
    return html`<ul class="list">
      ${entries.map(
        (entry) =>
          html`<li>
            <span class="muted fine num">${moment(entry.at)}</span><br />
            ${words.history.events[entry.event] ?? entry.event}
            ${entry.detail ? html`<span class="muted">· ${entry.detail}</span>` : nothing}
          </li>`,
      )}
    </ul>`;
  }

  private dialogs(item: Download) {
    const closed = () => (this.dialog = "");
    if (this.dialog === "remove") {
      return html`<mtn-remove-download
        .item=${item}
        @closed=${closed}
        @removed=${() => go("/downloads", true)}
      ></mtn-remove-download>`;
    }
    if (this.dialog === "move") {
      return html`<mtn-move-download .item=${item} @closed=${closed}></mtn-move-download>`;
    }
    return nothing;
  }
}
