import { css, html, nothing } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { asProblem, type Problem } from "../api/client";
import { engine } from "../api/engine";
import type { LibraryFolder, ScanStatus, Volume, VolumeCandidate } from "../api/types";
import { bytes } from "../core/format";
import { volumeChanges } from "../stores/live";
import { isAdmin, mayChange } from "../stores/session";
import { attempt, say } from "../stores/toasts";
import "../ui/confirm";
import "../ui/dialog";
import { vars } from "../ui/directives";
import { Loaded, MtnElement, formError } from "../ui/element";
import "../ui/empty";
import { icon } from "../ui/icons";
import "../ui/menu";
import type { MenuItem } from "../ui/menu";
import { shared } from "../ui/styles";
import { words } from "../words";

const REFRESH = 15_000;
const SCAN_REFRESH = 1500;

type Open = { kind: "adopt" } | { kind: "folder" } | { kind: "rename" | "forget"; volume: Volume };

/** The drives, and the folders with films of one's own. */
@customElement("mtn-storage")
export class StorageView extends MtnElement {
  static override styles = [
    shared,
    css`
      .volumes {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(23rem, 100%), 1fr));
        gap: 1.1rem;
      }
      .volume {
        display: grid;
        gap: 0.8rem;
        align-content: start;
        height: 100%;
      }
      .title {
        display: flex;
        gap: 0.8rem;
        align-items: center;
      }
      .title h3 {
        flex: 1;
        min-width: 0;
        font-size: 1.2rem;
      }
      .bar {
        height: 0.7rem;
      }
      .full {
        --bar: var(--danger);
      }
      .away {
        border-style: dashed;
        background: none;
      }
      section + section {
        margin-top: 2.2rem;
      }
      .between {
        margin: 0.4rem 0 1rem;
      }
      .folder {
        display: flex;
        justify-content: space-between;
        gap: 1rem;
        align-items: center;
      }
      .proposals {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
      }
    `,
  ];

  @state() private open: Open | undefined;
  @state() private busy = false;
  @state() private problem: Problem | undefined;
  @state() private scan: ScanStatus | undefined;
  @query("#path") private path!: HTMLInputElement;
  @query("#name") private name!: HTMLInputElement | null;
  @query("#default") private makeDefault!: HTMLInputElement | null;
  private readonly volumes: Loaded<Volume[]> = new Loaded(this, () => engine.volumes());
  private readonly folders: Loaded<LibraryFolder[]> = new Loaded(this, () => engine.folders());
  private readonly candidates: Loaded<VolumeCandidate[]> = new Loaded(
    this,
    async () => (await engine.candidates()).items,
  );
  private stop: (() => void) | undefined;
  private timer: ReturnType<typeof setInterval> | undefined;
  private scanTimer: ReturnType<typeof setTimeout> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.stop = volumeChanges.subscribe(() => void this.volumes.reload());
    this.timer = setInterval(() => {
      if (!document.hidden) void this.volumes.reload();
    }, REFRESH);
    void this.volumes.reload();
    void this.folders.reload();
    void this.followScan();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stop?.();
    clearInterval(this.timer);
    clearTimeout(this.scanTimer);
  }

  private async followScan(): Promise<void> {
    clearTimeout(this.scanTimer);
    try {
      this.scan = await engine.scanStatus();
    } catch {
      this.scan = undefined;
    }
    if (this.scan?.running && this.isConnected) {
      this.scanTimer = setTimeout(() => void this.followScan(), SCAN_REFRESH);
    }
  }

  private async startScan(): Promise<void> {
    if (await attempt(() => engine.scan())) {
      say({ kind: "info", text: words.storage.scanStarted });
      await this.followScan();
    }
  }

  private show(open: Open): void {
    this.problem = undefined;
    this.open = open;
    if (open.kind === "adopt") void this.candidates.reload();
  }

  private closed = (): void => {
    this.open = undefined;
  };

  private async submit(event: Event, work: () => Promise<unknown>): Promise<void> {
    event.preventDefault();
    this.busy = true;
    this.problem = undefined;
    try {
      await work();
      this.open = undefined;
      await Promise.all([this.volumes.reload(), this.folders.reload()]);
    } catch (error) {
      this.problem = asProblem(error);
    }
    this.busy = false;
  }

  override render() {
    return html`
      <div class="head">
        <h1>${words.storage.title}</h1>
        ${
          isAdmin()
            ? html`<button @click=${() => this.show({ kind: "adopt" })}>
                ${icon("add")}${words.storage.adopt}
              </button>`
            : nothing
        }
      </div>
      <section aria-labelledby="drives">
        <h2 id="drives">${words.storage.volumes}</h2>
        <p class="muted between">${words.storage.lead}</p>
        ${this.volumes.show((volumes) => this.list(volumes))}
      </section>
      ${mayChange() ? this.own() : nothing} ${this.dialog()}
    `;
  }

  private list(volumes: Volume[]) {
    if (!volumes.length) {
      return html`<mtn-empty heading=${words.storage.empty} text=${words.storage.emptyText}>
      </mtn-empty>`;
    }
    return html`<ul class="volumes">
      ${repeat(
        volumes,
        (volume) => volume.id,
        (volume) => html`<li>${this.volume(volume)}</li>`,
      )}
    </ul>`;
  }

  private volume(volume: Volume) {
    const used = volume.size ? 1 - volume.free / volume.size : 0;
    const away = volume.state === "offline";
    return html`<article class="card volume ${away ? "away" : ""}">
      <div class="title">
        ${icon("storage")}
        <h3>${volume.name}</h3>
        ${
          isAdmin()
            ? html`<mtn-menu
                label=${words.downloads.menu(volume.name)}
                .items=${this.menu(volume)}
              ></mtn-menu>`
            : nothing
        }
      </div>
      ${
        volume.size && !away
          ? html`<div
                class="bar ${used > 0.93 ? "full" : ""}"
                role="meter"
                aria-label=${words.storage.used(volume.name)}
                aria-valuenow=${Math.round(used * 100)}
                aria-valuemin="0"
                aria-valuemax="100"
                ${vars({ "--value": used })}
              ></div>
              <p class="num">${words.storage.free(bytes(volume.free), bytes(volume.size))}</p>`
          : nothing
      }
      <div class="row">
        <span class="pill ${volume.state === "online" ? "ok" : "bad"}"
          >${words.storage.states[volume.state]}</span
        >
        ${volume.is_default ? html`<span class="pill warm">${words.storage.default}</span>` : nothing}
        ${volume.kind ? html`<span class="pill">${volume.kind}</span>` : nothing}
      </div>
      ${volume.root ? html`<p class="muted fine">${volume.root}</p>` : nothing}
      ${away ? html`<p class="fine">${words.storage.offlineHelp}</p>` : nothing}
      ${
        volume.state === "read_only"
          ? html`<p class="fine">${words.storage.readOnlyHelp}</p>`
          : nothing
      }
      ${
        !volume.can_hardlink && !away
          ? html`<p class="muted fine">${words.storage.noHardlink}</p>`
          : nothing
      }
    </article>`;
  }

  private menu(volume: Volume): MenuItem[] {
    return [
      {
        label: words.storage.makeDefaultButton,
        icon: "check",
        disabled: volume.is_default || volume.state !== "online",
        run: () =>
          void attempt(async () => {
            await engine.changeVolume(volume.id, { default: true });
            await this.volumes.reload();
          }),
      },
      {
        label: words.storage.rename,
        icon: "edit",
        run: () => this.show({ kind: "rename", volume }),
      },
      {
        label: words.storage.forget,
        icon: "trash",
        danger: true,
        run: () => this.show({ kind: "forget", volume }),
      },
    ];
  }

  private own() {
    const running = this.scan?.running ?? false;
    return html`<section aria-labelledby="own">
      <div class="row spread">
        <h2 id="own">${words.storage.folders}</h2>
        <div class="row">
          <button class="small" ?disabled=${running} @click=${() => this.startScan()}>
            ${icon("refresh")}${running ? words.storage.scanning : words.storage.scan}
          </button>
          ${
            isAdmin()
              ? html`<button class="small" @click=${() => this.show({ kind: "folder" })}>
                  ${icon("add")}${words.storage.addFolder}
                </button>`
              : nothing
          }
        </div>
      </div>
      <p class="muted between">${words.storage.foldersLead}</p>
      ${
        running && this.scan?.found
          ? html`<p class="num">${words.storage.scanned(this.scan.found)}</p>`
          : nothing
      }
      ${this.folders.show((folders) =>
        folders.length
          ? html`<ul class="card list">
              ${folders.map(
                (folder) =>
                  html`<li class="folder">
                    <span>
                      ${folder.place || folder.path}
                      ${folder.managed ? html`<span class="pill">${words.storage.managed}</span>` : nothing}
                      ${folder.place ? nothing : html`<span class="pill bad">${words.storage.folderAway}</span>`}
                    </span>
                    ${
                      isAdmin()
                        ? html`<button
                            class="quiet small only-icon"
                            aria-label=${words.storage.removeFolder(folder.path)}
                            title=${words.storage.removeFolder(folder.path)}
                            @click=${() => this.removeFolder(folder)}
                          >
                            ${icon("close")}
                          </button>`
                        : nothing
                    }
                  </li>`,
              )}
            </ul>`
          : html`<p class="muted">${words.storage.foldersEmpty}</p>`,
      )}
    </section>`;
  }

  private async removeFolder(folder: LibraryFolder): Promise<void> {
    await attempt(() => engine.removeFolder(folder.id), folder.path);
    await this.folders.reload();
  }

  private dialog() {
    const open = this.open;
    switch (open?.kind) {
      case "adopt":
        return this.adoptDialog();
      case "folder":
        return this.folderDialog();
      case "rename":
        return this.renameDialog(open.volume);
      case "forget":
        return html`<mtn-confirm
          heading=${words.storage.forgetTitle(open.volume.name)}
          text=${words.storage.forgetText}
          button=${words.storage.forgetButton}
          .run=${async () => {
            await engine.forgetVolume(open.volume.id);
            await this.volumes.reload();
          }}
          @closed=${this.closed}
        ></mtn-confirm>`;
      default:
        return nothing;
    }
  }

  private adoptDialog() {
    const send = (event: Event) =>
      this.submit(event, () =>
        engine.adopt(
          this.path.value.trim(),
          this.name?.value.trim() ?? "",
          this.makeDefault?.checked ?? false,
        ),
      );
    const proposals = this.candidates.value ?? [];
    return html`<mtn-dialog heading=${words.storage.adoptTitle} @closed=${this.closed}>
      <form class="stack" @submit=${send}>
        <p class="muted">${words.storage.adoptLead}</p>
        ${
          proposals.length
            ? html`<div class="field">
                <span class="label">${words.storage.proposals}</span>
                <div class="proposals">
                  ${proposals.map(
                    (one) =>
                      html`<button
                        type="button"
                        class="small"
                        @click=${() => (this.path.value = one.path)}
                      >
                        ${one.path} · ${words.storage.free(bytes(one.free), bytes(one.size))}
                      </button>`,
                  )}
                </div>
              </div>`
            : nothing
        }
        ${this.pathField()}
        <div class="field">
          <label for="name">${words.storage.name}</label>
          <input id="name" maxlength="80" />
        </div>
        <label class="check">
          <input id="default" type="checkbox" /><span>${words.storage.makeDefault}</span>
        </label>
        ${formError(this.problem)}
      </form>
      <button slot="actions" class="primary" ?disabled=${this.busy} @click=${send}>
        ${words.storage.adoptButton}
      </button>
    </mtn-dialog>`;
  }

  private pathField() {
    return html`<div class="field">
      <label for="path">${words.storage.path}</label>
      <input
        id="path"
        data-focus
        spellcheck="false"
        placeholder="/mnt/films"
        aria-describedby="path-help"
        aria-invalid=${this.problem ? "true" : "false"}
      />
      <span id="path-help" class="muted fine">${words.storage.pathHelp}</span>
    </div>`;
  }

  private folderDialog() {
    const send = (event: Event) =>
      this.submit(event, () => engine.addFolder(this.path.value.trim()));
    return html`<mtn-dialog heading=${words.storage.addFolderTitle} @closed=${this.closed}>
      <form class="stack" @submit=${send}>
        <p class="muted">${words.storage.foldersLead}</p>
        ${this.pathField()} ${formError(this.problem)}
      </form>
      <button slot="actions" class="primary" ?disabled=${this.busy} @click=${send}>
        ${words.storage.addFolderButton}
      </button>
    </mtn-dialog>`;
  }

  private renameDialog(volume: Volume) {
    const send = (event: Event) =>
      this.submit(event, () =>
        engine.changeVolume(volume.id, { name: this.name?.value.trim() ?? "" }),
      );
    return html`<mtn-dialog heading=${words.storage.renameTitle} @closed=${this.closed}>
      <form class="stack" @submit=${send}>
        <div class="field">
          <label for="name">${words.storage.name}</label>
          <input id="name" data-focus maxlength="80" .value=${volume.name} />
        </div>
        ${formError(this.problem)}
      </form>
      <button slot="actions" class="primary" ?disabled=${this.busy} @click=${send}>
        ${words.save}
      </button>
    </mtn-dialog>`;
  }
}
