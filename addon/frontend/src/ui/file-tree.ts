import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { engine } from "../api/engine";
import type { DownloadFile, FilePriority } from "../api/types";
import { bytes, percent } from "../core/format";
import { commonPriority, fileName, filesIn, tree, type Folder } from "../core/tree";
import { mayChange } from "../stores/session";
import { attempt } from "../stores/toasts";
import { words } from "../words";
import { vars } from "./directives";
import { Loaded, MtnElement } from "./element";
import { icon } from "./icons";
import { shared } from "./styles";

const PRIORITIES: FilePriority[] = ["skip", "low", "normal", "high"];
const MOST = 400;
const REFRESH = 3000;

/** Choose which files come, and which first; folders set all that they hold. */
@customElement("mtn-file-tree")
export class FileTree extends MtnElement {
  static override styles = [
    shared,
    css`
      .line {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr) auto auto;
        gap: 0.3rem 0.9rem;
        align-items: center;
        padding: 0.4rem 0;
      }
      .line > .icon {
        color: var(--muted);
      }
      .folder {
        font-weight: 600;
      }
      ul ul {
        margin-inline-start: 0.65rem;
        padding-inline-start: 0.9rem;
        border-inline-start: 1px solid var(--line);
      }
      select {
        width: 7.2rem !important;
        min-height: 2.4rem !important;
        padding-block: 0.1rem !important;
      }
      .skip .name {
        color: var(--muted);
        text-decoration: line-through;
      }
      .size {
        text-align: end;
      }
      .name .bar {
        margin-top: 0.3rem;
        height: 0.22rem;
      }
      .sum {
        margin: 0.4rem 0 0.8rem;
      }
      @media (max-width: 560px) {
        .line {
          grid-template-columns: auto minmax(0, 1fr) auto;
        }
        .line .size {
          grid-row: 2;
          grid-column: 2;
          text-align: start;
        }
      }
    `,
  ];

  @property() downloadId = "";
  /** Keep reading how far each file is. */
  @property({ type: Boolean }) live = false;
  @state() private search = "";
  private readonly files: Loaded<DownloadFile[]> = new Loaded(this, () =>
    engine.files(this.downloadId),
  );
  private timer: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.files.reload();
    this.timer = setInterval(() => {
      const few = (this.files.value?.length ?? 0) < 2000;
      if (this.live && few && !document.hidden) void this.files.reload();
    }, REFRESH);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.timer);
  }

  private async change(files: DownloadFile[], priority: FilePriority): Promise<void> {
    const chosen = new Set(files.map((file) => file.index));
    this.files.value = (this.files.value ?? []).map((file) =>
      chosen.has(file.index) ? { ...file, priority } : file,
    );
    this.requestUpdate();
    const priorities = [...chosen].map((index) => ({ index, priority }));
    await attempt(() => engine.changeFiles(this.downloadId, priorities));
    await this.files.reload();
  }

  override render() {
    return this.files.show((files) => {
      if (!files.length) return html`<p class="muted">${words.download.filesLater}</p>`;
      const needle = this.search.toLocaleLowerCase();
      const fitting = needle
        ? files.filter((file) => file.path.toLocaleLowerCase().includes(needle))
        : files;
      const wanted = files.filter((file) => file.priority !== "skip");
      const size = wanted.reduce((sum, file) => sum + file.size, 0);
      return html`
        <p class="muted">${words.download.filesLead}</p>
        <div class="row spread sum">
          <strong class="num">${words.download.wanted(wanted.length, bytes(size))}</strong>
          ${
            mayChange()
              ? html`<span class="row">
                  <button class="small" @click=${() => this.change(fitting, "normal")}>
                    ${words.download.all}
                  </button>
                  <button class="small" @click=${() => this.change(fitting, "skip")}>
                    ${words.download.noneSelected}
                  </button>
                </span>`
              : nothing
          }
        </div>
        ${
          files.length > 12
            ? html`<input
                type="search"
                aria-label=${words.download.searchFiles}
                placeholder=${words.download.searchFiles}
                @input=${(event: Event) => (this.search = (event.target as HTMLInputElement).value)}
              />`
            : nothing
        }
        ${
          fitting.length > MOST
            ? html`<p class="muted fine">${words.download.showingFirst(MOST, fitting.length)}</p>`
            : nothing
        }
        ${this.folder(tree(fitting.slice(0, MOST)))}
      `;
    });
  }

  private folder(folder: Folder): TemplateResult {
    return html`<ul>
      ${folder.folders.map(
        (one) =>
          html`<li>
            <div class="line folder">
              ${icon("folder")}
              <span>${one.name}</span>
              <span class="size num muted"
                >${bytes(filesIn(one).reduce((n, f) => n + f.size, 0))}</span
              >
              ${this.select(words.download.folder(one.name, filesIn(one).length), filesIn(one))}
            </div>
            ${this.folder(one)}
          </li>`,
      )}
      ${folder.files.map(
        (file) =>
          html`<li>
            <div class="line ${file.priority}">
              ${icon("file")}
              <div class="name">
                ${fileName(file.path)}
                ${
                  file.progress !== undefined && file.priority !== "skip"
                    ? html`<div class="bar" ${vars({ "--value": file.progress })}></div>
                        <span class="sr">${percent(file.progress)}</span>`
                    : nothing
                }
              </div>
              <span class="size num muted">${bytes(file.size)}</span>
              ${this.select(words.download.priority(fileName(file.path)), [file])}
            </div>
          </li>`,
      )}
    </ul>`;
  }

  private select(label: string, files: DownloadFile[]) {
    const common = commonPriority(files);
    return html`<select
      aria-label=${label}
      ?disabled=${!mayChange()}
      .value=${common}
      @change=${(event: Event) =>
        this.change(files, (event.target as HTMLSelectElement).value as FilePriority)}
    >
      ${common ? nothing : html`<option value="" selected>—</option>`}
      ${PRIORITIES.map(
        (priority) =>
          html`<option value=${priority} ?selected=${priority === common}>
            ${words.download.priorities[priority]}
          </option>`,
      )}
    </select>`;
  }
}
