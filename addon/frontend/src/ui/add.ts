import { css, html, nothing } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { engine } from "../api/engine";
import type { Volume } from "../api/types";
import { go } from "../core/router";
import { linksIn } from "../core/sources";
import { addAll, linkSource, torrentSources, type Source } from "../stores/adding";
import { words } from "../words";
import "./dialog";
import { MtnElement } from "./element";
import { icon } from "./icons";
import { shared } from "./styles";

/** Add several links and torrent files at once, with a choice of drive and priority. */
@customElement("mtn-add")
export class Add extends MtnElement {
  static override styles = [
    shared,
    css`
      .files li {
        display: flex;
        align-items: center;
        gap: 0.6rem;
      }
      .files span {
        flex: 1;
        min-width: 0;
      }
      .two {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr));
        gap: 1rem;
      }
      input[type="file"] {
        position: absolute;
        opacity: 0;
        width: 1px;
        height: 1px;
      }
    `,
  ];

  @state() private links: string[] = [];
  @state() private files: Source[] = [];
  @state() private volumes: Volume[] = [];
  @state() private busy = false;
  @state() private nothingFound = false;
  @query("textarea") private field!: HTMLTextAreaElement;
  @query("#priority") private priority!: HTMLSelectElement;
  @query("#volume") private volume!: HTMLSelectElement | null;
  @query("#paused") private paused!: HTMLInputElement;
  @query("input[type=file]") private picker!: HTMLInputElement;

  override connectedCallback(): void {
    super.connectedCallback();
    engine.volumes().then(
      (volumes) => (this.volumes = volumes),
      () => undefined,
    );
  }

  private take(files: Iterable<File> | null): void {
    if (files) this.files = [...this.files, ...torrentSources(files)];
    this.nothingFound = false;
  }

  private async send(event: Event): Promise<void> {
    event.preventDefault();
    const sources = [...this.links.map(linkSource), ...this.files];
    this.nothingFound = sources.length === 0;
    if (this.nothingFound) {
      this.field.focus();
      return;
    }
    this.busy = true;
    const paused = this.paused.checked;
    const added = await addAll(sources, {
      paused: paused || undefined,
      priority: Number(this.priority.value) || undefined,
      volume_id: this.volume?.value || undefined,
    });
    this.busy = false;
    if (!added.length) return;
    this.emit("closed");
    const only = added.length === 1 ? added[0] : undefined;
    if (paused && only) go(`/downloads/${only.id}`);
    else if (!location.hash.startsWith("#/downloads")) go("/downloads");
  }

  override render() {
    const count = this.links.length + this.files.length;
    return html`<mtn-dialog heading=${words.add.title}>
      <form id="form" class="stack" @submit=${this.send}>
        <p class="muted">${words.add.lead}</p>
        <div class="field">
          <label for="links">${words.add.field}</label>
          <textarea
            id="links"
            data-focus
            spellcheck="false"
            placeholder=${words.add.placeholder}
            aria-invalid=${this.nothingFound ? "true" : "false"}
            aria-describedby="links-help"
            @input=${() => {
              this.links = linksIn(this.field.value);
              this.nothingFound = false;
            }}
          ></textarea>
          <div id="links-help" role="alert">
            ${
              this.nothingFound
                ? html`<p class="error">${words.add.nothing}</p>
                    <p class="muted fine">${words.add.nothingHint}</p>`
                : nothing
            }
          </div>
        </div>
        <div>
          <input
            type="file"
            tabindex="-1"
            multiple
            accept=".torrent,application/x-bittorrent"
            aria-label=${words.add.files}
            @change=${() => {
              this.take(this.picker.files);
              this.picker.value = "";
            }}
          />
          <button type="button" @click=${() => this.picker.click()}>
            ${icon("file")}${words.add.files}
          </button>
        </div>
        ${this.files.length ? this.fileList() : nothing}
        <div class="two">
          <div class="field">
            <label for="priority">${words.add.priority}</label>
            <select id="priority">
              <option value="1">${words.downloads.priorities.high}</option>
              <option value="0" selected>${words.downloads.priorities.normal}</option>
              <option value="-1">${words.downloads.priorities.low}</option>
            </select>
          </div>
          ${
            this.volumes.length > 1
              ? html`<div class="field">
                  <label for="volume">${words.add.volume}</label>
                  <select id="volume">
                    <option value="">${words.add.defaultVolume}</option>
                    ${this.volumes
                      .filter((volume) => volume.state === "online")
                      .map((volume) => html`<option value=${volume.id}>${volume.name}</option>`)}
                  </select>
                </div>`
              : nothing
          }
        </div>
        <label class="check">
          <input id="paused" type="checkbox" />
          <span>
            ${words.add.paused}<br /><span class="muted fine">${words.add.pausedHelp}</span>
          </span>
        </label>
      </form>
      <button slot="actions" class="primary" ?disabled=${this.busy} @click=${this.send}>
        ${this.busy ? words.add.busy : words.add.button(count)}
      </button>
    </mtn-dialog>`;
  }

  private fileList() {
    return html`<ul class="files list">
      ${this.files.map(
        (file, index) =>
          html`<li>
            ${icon("file")}<span>${file.name}</span>
            <button
              type="button"
              class="quiet small only-icon"
              aria-label=${words.add.clear(file.name)}
              @click=${() => (this.files = this.files.filter((_, other) => other !== index))}
            >
              ${icon("close")}
            </button>
          </li>`,
      )}
    </ul>`;
  }
}
