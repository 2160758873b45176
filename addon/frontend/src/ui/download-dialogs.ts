import { html } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { asProblem, type Problem } from "../api/client";
import { engine } from "../api/engine";
import type { Download, Volume } from "../api/types";
import { bytes } from "../core/format";
import { mergeDownloads } from "../stores/live";
import { words } from "../words";
import "./dialog";
import { Loaded, MtnElement, formError } from "./element";

/** Asks whether to remove a download, and whether with its data. Emits "removed". */
@customElement("mtn-remove-download")
export class RemoveDownload extends MtnElement {
  @property({ attribute: false }) item!: Download;
  @state() private data = false;
  @state() private busy = false;
  @state() private problem: Problem | undefined;

  private async go(): Promise<void> {
    this.busy = true;
    try {
      await engine.removeDownload(this.item.id, this.data);
      mergeDownloads([], [this.item.id]);
      this.emit("removed");
      this.emit("closed");
    } catch (error) {
      this.problem = asProblem(error);
    }
    this.busy = false;
  }

  override render() {
    return html`<mtn-dialog heading=${words.downloads.removeTitle}>
      <p><strong>${this.item.name}</strong></p>
      <p class="muted">${words.downloads.removeText}</p>
      <label class="check">
        <input
          type="checkbox"
          .checked=${this.data}
          @change=${(event: Event) => (this.data = (event.target as HTMLInputElement).checked)}
        />
        <span>
          ${words.downloads.removeData}<br />
          <span class="muted fine">${words.downloads.removeDataHelp}</span>
        </span>
      </label>
      ${formError(this.problem)}
      <button slot="actions" class="danger" ?disabled=${this.busy} @click=${this.go}>
        ${this.data ? words.downloads.removeDataButton : words.downloads.removeButton}
      </button>
    </mtn-dialog>`;
  }
}

/** Lets a person choose the drive that a download moves to. */
@customElement("mtn-move-download")
export class MoveDownload extends MtnElement {
  @property({ attribute: false }) item!: Download;
  @state() private busy = false;
  @state() private problem: Problem | undefined;
  @query("select") private choice!: HTMLSelectElement | null;
  private readonly volumes: Loaded<Volume[]> = new Loaded(this, () => engine.volumes());

  override connectedCallback(): void {
    super.connectedCallback();
    void this.volumes.reload();
  }

  private async go(): Promise<void> {
    if (!this.choice) return;
    this.busy = true;
    this.problem = undefined;
    try {
      mergeDownloads([await engine.moveDownload(this.item.id, this.choice.value)]);
      this.emit("closed");
    } catch (error) {
      this.problem = asProblem(error);
    }
    this.busy = false;
  }

  override render() {
    const others = (this.volumes.value ?? []).filter(
      (volume) => volume.state === "online" && volume.id !== this.item.volume_id,
    );
    return html`<mtn-dialog heading=${words.downloads.move}>
      <p><strong>${this.item.name}</strong></p>
      ${this.volumes.show(() =>
        others.length
          ? html`<p class="muted">${words.downloads.moveLead}</p>
              <div class="field">
                <label for="volume">${words.download.volume}</label>
                <select id="volume">
                  ${others.map(
                    (volume) =>
                      html`<option value=${volume.id}>
                        ${volume.name}
                        (${words.storage.free(bytes(volume.free), bytes(volume.size))})
                      </option>`,
                  )}
                </select>
              </div>`
          : html`<p>${words.downloads.noOther}</p>
              <p class="muted">
                ${words.downloads.noOtherHint} <a href="#/storage">${words.nav.storage}</a>
              </p>`,
      )}
      ${formError(this.problem)}
      <button
        slot="actions"
        class="primary"
        ?disabled=${this.busy || !others.length}
        @click=${this.go}
      >
        ${words.downloads.moveButton}
      </button>
    </mtn-dialog>`;
  }
}
