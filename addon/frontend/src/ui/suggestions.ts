import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { engine } from "../api/engine";
import type { Suggestion } from "../api/types";
import { bytes } from "../core/format";
import { addAll, linkSource } from "../stores/adding";
import { Watch } from "../core/store";
import { downloads } from "../stores/live";
import { mayChange } from "../stores/session";
import { words } from "../words";
import { Loaded, MtnElement } from "./element";
import { icon } from "./icons";
import { shared } from "./styles";

/** Whether one of the downloads has the info-hash that the link names. */
function isHere(item: Suggestion): boolean {
  const source = item.source.toLowerCase();
  return [...(downloads.value?.values() ?? [])].some((download) =>
    [download.info_hash_v1, download.info_hash_v2].some((hash) => hash && source.includes(hash)),
  );
}

/** What can be added with one tap; shows nothing when nothing is offered. */
@customElement("mtn-suggestions")
export class Suggestions extends MtnElement {
  static override styles = [
    shared,
    css`
      section {
        margin-top: 1.6rem;
      }
      ul {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(19rem, 100%), 1fr));
        gap: 0.8rem;
        margin-top: 0.8rem;
      }
      li {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 0.8rem;
        align-items: center;
        padding: 0.9rem 1rem;
      }
    `,
  ];

  @state() private busy = "";
  private readonly items: Loaded<Suggestion[]> = new Loaded(
    this,
    async () => (await engine.suggestions()).items,
  );

  constructor() {
    super();
    new Watch(this, downloads);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (mayChange()) void this.items.reload();
  }

  private async add(item: Suggestion): Promise<void> {
    this.busy = item.source;
    await addAll([{ ...linkSource(item.source), name: item.name }]);
    this.busy = "";
  }

  override render() {
    const items = (this.items.value ?? []).filter((item) => !isHere(item));
    if (!items.length) return nothing;
    return html`<section aria-labelledby="offer">
      <h2 id="offer">${words.add.suggestions}</h2>
      <p class="muted fine">${words.add.suggestionsText}</p>
      <ul>
        ${items.map(
          (item) =>
            html`<li class="card">
              <div>
                <strong>${item.name}</strong>
                <p class="muted fine">
                  ${[item.description, item.size ? bytes(item.size) : ""].filter(Boolean).join(" · ")}
                </p>
              </div>
              <button
                class="only-icon"
                aria-label=${words.add.addOne(item.name)}
                ?disabled=${this.busy === item.source}
                @click=${() => this.add(item)}
              >
                ${icon("add")}
              </button>
            </li>`,
        )}
      </ul>
    </section>`;
  }
}
