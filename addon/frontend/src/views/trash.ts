import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { engine } from "../api/engine";
import type { TrashItem } from "../api/types";
import { ago, bytes } from "../core/format";
import { libraryChanges } from "../stores/live";
import { isAdmin } from "../stores/session";
import { attempt, say } from "../stores/toasts";
import "../ui/confirm";
import { Loaded, MtnElement } from "../ui/element";
import "../ui/empty";
import { icon } from "../ui/icons";
import { shared } from "../ui/styles";
import { words } from "../words";

@customElement("mtn-trash")
export class TrashView extends MtnElement {
  static override styles = [
    shared,
    css`
      li {
        display: flex;
        flex-wrap: wrap;
        gap: 0.8rem 1.2rem;
        justify-content: space-between;
        align-items: center;
      }
      .lead {
        margin-bottom: 1.2rem;
      }
      li > div:first-child {
        flex: 1 1 18rem;
        min-width: 0;
      }
    `,
  ];

  @state() private deleting: TrashItem | "all" | undefined;
  private readonly items: Loaded<TrashItem[]> = new Loaded(this, () => engine.trash());
  private stop: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.stop = libraryChanges.subscribe(() => void this.items.reload());
    void this.items.reload();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stop?.();
  }

  private async restore(item: TrashItem): Promise<void> {
    if (await attempt(() => engine.restore(item.id), item.name)) {
      say({ kind: "ok", text: words.trash.restored(item.name) });
    }
    await this.items.reload();
  }

  override render() {
    const full = (this.items.value?.length ?? 0) > 0;
    return html`
      <div class="head">
        <h1>${words.trash.title}</h1>
        ${
          full
            ? html`<button class="danger" @click=${() => (this.deleting = "all")}>
                ${icon("trash")}${words.trash.emptyAll}
              </button>`
            : nothing
        }
      </div>
      ${this.items.show((items) =>
        items.length
          ? html`<p class="muted lead">${words.trash.lead}</p>
              <ul class="list card">
                ${repeat(
                  items,
                  (item) => item.id,
                  (item) => this.item(item),
                )}
              </ul>`
          : html`<mtn-empty
              heading=${words.trash.empty}
              text=${words.trash.emptyText}
            ></mtn-empty>`,
      )}
      ${this.deleting ? this.dialog(this.deleting) : nothing}
    `;
  }

  private item(item: TrashItem) {
    return html`<li>
      <div>
        <strong>${item.name}</strong>
        <p class="muted fine">
          ${[bytes(item.size), ago(item.trashed_at), words.trash.gone(ago(item.expires_at))].join(" · ")}
        </p>
      </div>
      <div class="row">
        <button
          aria-label="${words.trash.restore}: ${item.name}"
          @click=${() => this.restore(item)}
        >
          ${words.trash.restore}
        </button>
        ${
          isAdmin()
            ? html`<button
                class="quiet only-icon"
                aria-label="${words.trash.forever}: ${item.name}"
                title=${words.trash.forever}
                @click=${() => (this.deleting = item)}
              >
                ${icon("trash")}
              </button>`
            : nothing
        }
      </div>
    </li>`;
  }

  private dialog(what: TrashItem | "all") {
    const items = this.items.value ?? [];
    const all = what === "all";
    const size = items.reduce((sum, item) => sum + item.size, 0);
    return html`<mtn-confirm
      heading=${all ? words.trash.emptyTitle : words.trash.foreverTitle(what.name)}
      text=${all ? words.trash.emptyAllText(items.length, bytes(size)) : words.trash.foreverText}
      button=${all ? words.trash.emptyButton : words.trash.forever}
      .run=${async () => {
        await (all ? engine.emptyTrash() : engine.deleteTrash(what.id));
        await this.items.reload();
      }}
      @closed=${() => (this.deleting = undefined)}
    ></mtn-confirm>`;
  }
}
