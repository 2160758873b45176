import { css, html, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { joinSize, splitSize, unitNames } from "../core/sizes";
import { words } from "../words";
import { MtnElement } from "./element";
import { shared } from "./styles";

/** A number of bytes (or bytes per second) with its unit. Emits "change" with `value` set. */
@customElement("mtn-size-field")
export class SizeField extends MtnElement {
  static override styles = [
    shared,
    css`
      .pair {
        display: grid;
        grid-template-columns: minmax(0, 1fr) 6.4rem;
        gap: 0.5rem;
      }
    `,
  ];

  @property() label = "";
  @property() help = "";
  @property() unit = "B";
  @property({ type: Number }) value = 0;
  @property({ type: Boolean, attribute: "hide-label" }) hideLabel = false;
  @property({ type: Boolean }) invalid = false;
  @state() private chosen = "MB";
  @state() private amount = 0;
  @query("input") private input!: HTMLInputElement;
  @query("select") private select!: HTMLSelectElement;

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("value") && this.value !== joinSize(this.amount, this.chosen)) {
      const { amount, unit } = splitSize(this.value);
      this.amount = amount;
      this.chosen = unit;
    }
  }

  private changed(event: Event): void {
    event.stopPropagation();
    this.amount = Number(this.input.value) || 0;
    this.chosen = this.select.value;
    this.value = joinSize(this.amount, this.chosen);
    this.emit("change");
  }

  override render() {
    const suffix = this.unit.endsWith("/s") ? "/s" : "";
    return html`<div class="field">
      <label for="amount" class=${this.hideLabel ? "sr" : ""}>${this.label}</label>
      <div class="pair">
        <input
          id="amount"
          type="number"
          min="0"
          step="any"
          .value=${String(this.amount)}
          aria-invalid=${this.invalid ? "true" : "false"}
          aria-describedby=${this.help ? "help" : nothing}
          @change=${this.changed}
        />
        <select aria-label=${words.settings.unit(this.label)} @change=${this.changed}>
          ${unitNames.map(
            (name) =>
              html`<option value=${name} ?selected=${name === this.chosen}>
                ${name}${suffix}
              </option>`,
          )}
        </select>
      </div>
      ${this.help ? html`<span id="help" class="muted fine">${this.help}</span>` : nothing}
    </div>`;
  }
}
