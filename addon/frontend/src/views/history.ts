import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { asProblem, type Problem } from "../api/client";
import { engine } from "../api/engine";
import type { HistoryEntry } from "../api/types";
import { moment } from "../core/format";
import { mayChange } from "../stores/session";
import { attempt } from "../stores/toasts";
import { MtnElement, problemBox, skeletonList } from "../ui/element";
import "../ui/empty";
import { icon } from "../ui/icons";
import { shared } from "../ui/styles";
import { words } from "../words";

@customElement("mtn-history")
export class HistoryView extends MtnElement {
  static override styles = [
    shared,
    css`
      li {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 1rem;
        align-items: center;
      }
      .foot {
        margin-top: 1rem;
      }
    `,
  ];

  @state() private items: HistoryEntry[] | undefined;
  @state() private cursor: string | null = null;
  @state() private problem: Problem | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.read();
  }

  private async read(more = false): Promise<void> {
    try {
      const page = await engine.history({ limit: 100, cursor: more ? this.cursor : null });
      this.items = more ? [...(this.items ?? []), ...page.items] : page.items;
      this.cursor = page.next_cursor;
      this.problem = undefined;
    } catch (error) {
      this.problem = asProblem(error);
    }
  }

  private async forget(entry: HistoryEntry): Promise<void> {
    if (await attempt(() => engine.forgetHistory(entry.id))) {
      this.items = this.items?.filter((other) => other !== entry);
    }
  }

  override render() {
    return html`
      <div class="head">
        <h1>${words.downloads.history}</h1>
        <a class="button" href="#/downloads">${icon("left")}${words.downloads.title}</a>
      </div>
      ${
        this.problem
          ? problemBox(this.problem, () => void this.read())
          : this.items
            ? this.list(this.items)
            : skeletonList()
      }
    `;
  }

  private list(items: HistoryEntry[]) {
    if (!items.length) {
      return html`<mtn-empty
        heading=${words.history.empty}
        text=${words.history.emptyText}
      ></mtn-empty>`;
    }
    return html`<ul class="list card">
        ${items.map(
          (entry) =>
            html`<li>
              <div>
                <strong>${entry.name}</strong>
                <p class="muted fine num">
                  ${moment(entry.at)} ·
                  ${words.history.events[entry.event] ?? entry.event}${
                    entry.detail ? ` · ${entry.detail}` : ""
                  }
                </p>
              </div>
              ${
                mayChange()
                  ? html`<button
                      class="quiet small only-icon"
                      aria-label="${words.history.forget}: ${entry.name}"
                      title=${words.history.forget}
                      @click=${() => this.forget(entry)}
                    >
                      ${icon("close")}
                    </button>`
                  : nothing
              }
            </li>`,
        )}
      </ul>
      ${
        this.cursor
          ? html`<div class="foot">
              <button @click=${() => this.read(true)}>${words.showMore}</button>
            </div>`
          : nothing
      }`;
  }
}
