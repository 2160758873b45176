import { css, html, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { asProblem, type Problem } from "../api/client";
import type { Correction } from "../api/types";
import { words } from "../words";
import "./dialog";
import { MtnElement, formError } from "./element";
import { shared } from "./styles";

/** Says what a file or title really is. Emits "corrected" once `send` has worked. */
@customElement("mtn-correct")
export class Correct extends MtnElement {
  static override styles = [
    shared,
    css`
      .numbers {
        display: grid;
        grid-template-columns: repeat(3, minmax(0, 1fr));
        gap: 1rem;
      }
    `,
  ];

  @property() heading = words.media.correctTitle;
  @property() lead = words.media.correctLead;
  @property({ attribute: false }) start: Partial<Correction> = {};
  /** Only name and year of a whole show. */
  @property({ type: Boolean }) show = false;
  @property({ attribute: false }) send!: (title: Correction) => Promise<unknown>;
  @state() private kind: "movie" | "episode" = "movie";
  @state() private busy = false;
  @state() private problem: Problem | undefined;
  @state() private needTitle = false;
  @query("#title") private titleField!: HTMLInputElement;

  override connectedCallback(): void {
    super.connectedCallback();
    this.kind = this.start.kind ?? "movie";
  }

  private number(id: string): number | null {
    const value = this.renderRoot.querySelector<HTMLInputElement>(`#${id}`)?.value ?? "";
    return value === "" ? null : Number(value);
  }

  private async submit(event: Event): Promise<void> {
    event.preventDefault();
    const title = this.titleField.value.trim();
    this.needTitle = !title;
    if (!title) {
      this.titleField.focus();
      return;
    }
    const correction: Correction = { kind: this.kind, title, year: this.number("year") };
    if (this.kind === "episode") {
      correction.season = this.number("season");
      correction.episode = this.number("episode");
    }
    this.busy = true;
    this.problem = undefined;
    try {
      await this.send(correction);
      this.emit("corrected", correction);
      this.emit("closed");
    } catch (error) {
      this.problem = asProblem(error);
    }
    this.busy = false;
  }

  private numberField(id: string, label: string, value: number | null | undefined) {
    return html`<div class="field">
      <label for=${id}>${label}</label>
      <input id=${id} type="number" min="0" max="9999" .value=${String(value ?? "")} />
    </div>`;
  }

  override render() {
    const episode = this.kind === "episode";
    return html`<mtn-dialog heading=${this.heading}>
      <form class="stack" novalidate @submit=${this.submit}>
        <p class="muted">${this.lead}</p>
        ${
          this.show
            ? nothing
            : html`<fieldset class="row">
                <legend class="sr">${words.media.kind}</legend>
                ${(["movie", "episode"] as const).map(
                  (kind) =>
                    html`<label class="check">
                      <input
                        type="radio"
                        name="kind"
                        .checked=${this.kind === kind}
                        @change=${() => (this.kind = kind)}
                      />
                      <span>${words.media[kind]}</span>
                    </label>`,
                )}
              </fieldset>`
        }
        <div class="field">
          <label for="title"
            >${episode || this.show ? words.media.showTitle : words.media.title}</label
          >
          <input
            id="title"
            data-focus
            .value=${this.start.title ?? ""}
            aria-invalid=${this.needTitle ? "true" : "false"}
          />
          ${this.needTitle ? html`<p class="error fine" role="alert">${words.media.needTitle}</p>` : nothing}
        </div>
        <div class="numbers">
          ${this.numberField("year", words.media.year, this.start.year)}
          ${episode ? this.numberField("season", words.media.seasonNumber, this.start.season) : nothing}
          ${
            episode
              ? this.numberField("episode", words.media.episodeNumber, this.start.episode)
              : nothing
          }
        </div>
        ${formError(this.problem)}
      </form>
      <button slot="actions" class="primary" ?disabled=${this.busy} @click=${this.submit}>
        ${words.save}
      </button>
    </mtn-dialog>`;
  }
}
