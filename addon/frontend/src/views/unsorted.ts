import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { engine } from "../api/engine";
import type { Correction, Unsorted } from "../api/types";
import { bytes, episodeCode } from "../core/format";
import { libraryChanges } from "../stores/live";
import { attempt, say } from "../stores/toasts";
import "../ui/correct";
import { Loaded, MtnElement } from "../ui/element";
import "../ui/empty";
import { icon } from "../ui/icons";
import { shared } from "../ui/styles";
import { words } from "../words";

/** A guess that is whole enough to be taken with one tap. */
export function wholeGuess(guess: Partial<Correction> | null): Correction | undefined {
  if (!guess?.title || !guess.kind) return undefined;
  if (guess.kind === "episode" && (guess.season == null || guess.episode == null)) return undefined;
  return { ...guess, kind: guess.kind, title: guess.title };
}

export function guessText(guess: Correction): string {
  const name = words.unsorted.film(guess.title, guess.year);
  if (guess.kind === "movie") return name;
  return `${name} ${episodeCode(guess.season ?? null, guess.episode ?? null)}`;
}

@customElement("mtn-unsorted")
export class UnsortedView extends MtnElement {
  static override styles = [
    shared,
    css`
      .list > li {
        display: grid;
        gap: 0.7rem;
        padding-block: 1.1rem;
      }
      .lead {
        margin-bottom: 1.2rem;
      }
    `,
  ];

  @state() private sorting: Unsorted | undefined;
  @state() private busy = "";
  private readonly items: Loaded<Unsorted[]> = new Loaded(this, () => engine.unsorted());
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

  private async sort(item: Unsorted, title: Correction): Promise<void> {
    await engine.sort(item.file_id, title);
    say({ kind: "ok", text: words.unsorted.sorted(title.title) });
    await this.items.reload();
  }

  private async accept(item: Unsorted, guess: Correction): Promise<void> {
    this.busy = item.file_id;
    await attempt(() => this.sort(item, guess), item.name);
    this.busy = "";
  }

  override render() {
    return html`
      <div class="head"><h1>${words.unsorted.title}</h1></div>
      ${this.items.show((items) =>
        items.length
          ? html`<p class="muted lead">${words.unsorted.lead}</p>
              <ul class="list card">
                ${repeat(
                  items,
                  (item) => item.file_id,
                  (item) => this.item(item),
                )}
              </ul>`
          : html`<mtn-empty
              heading=${words.unsorted.empty}
              text=${words.unsorted.emptyText}
            ></mtn-empty>`,
      )}
      ${this.sorting ? this.dialog(this.sorting) : nothing}
    `;
  }

  private item(item: Unsorted) {
    const guess = wholeGuess(item.guess);
    return html`<li>
      <div>
        <h2>${item.name}</h2>
        <p class="muted fine">
          ${[bytes(item.size), words.unsorted.reasons[item.reason] ?? item.reason].filter(Boolean).join(" · ")}
        </p>
      </div>
      <div class="row">
        ${
          guess
            ? html`<button
                class="primary"
                ?disabled=${this.busy === item.file_id}
                @click=${() => this.accept(item, guess)}
              >
                ${icon("check")}${words.unsorted.accept(guessText(guess))}
              </button>`
            : nothing
        }
        <button
          aria-label="${words.unsorted.correct} ${item.name}"
          @click=${() => (this.sorting = item)}
        >
          ${icon("edit")}${words.unsorted.correct}
        </button>
      </div>
    </li>`;
  }

  private dialog(item: Unsorted) {
    return html`<mtn-correct
      heading=${words.unsorted.sortTitle}
      lead=${item.name}
      .start=${item.guess ?? {}}
      .send=${(title: Correction) => this.sort(item, title)}
      @closed=${() => (this.sorting = undefined)}
    ></mtn-correct>`;
  }
}
