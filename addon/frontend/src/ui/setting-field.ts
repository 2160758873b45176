import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Problem } from "../api/client";
import type { SettingItem, SettingValue } from "../api/types";
import { splitSize } from "../core/sizes";
import { words } from "../words";
import { MtnElement } from "./element";
import { icon } from "./icons";
import { shared } from "./styles";
import "./size-field";
import type { SizeField } from "./size-field";

/** A value as people read it. */
export function valueText(item: SettingItem, value: SettingValue): string {
  if (value === null || value === "") return words.settings.empty;
  if (typeof value === "boolean") return value ? words.settings.on : words.settings.off;
  if (typeof value === "number" && (item.unit === "B" || item.unit === "B/s")) {
    const { amount, unit } = splitSize(value);
    return `${amount} ${unit}${item.unit.slice(1)}`;
  }
  return item.unit ? `${value} ${item.unit}` : String(value);
}

/** Whether a text of this setting has several lines. */
function hasLines(item: SettingItem): boolean {
  return item.type === "string" && /\ba line\b/i.test(item.help);
}

/** One setting: its words, the fitting control, its default. Emits "setting" with the value. */
@customElement("mtn-setting")
export class SettingField extends MtnElement {
  static override styles = [
    shared,
    css`
      .setting {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(13rem, 20rem);
        gap: 0.3rem 1.6rem;
        align-items: start;
      }
      .words label,
      .words .label {
        display: block;
      }
      .control {
        display: grid;
        gap: 0.3rem;
      }
      .line {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 0.4rem;
        align-items: center;
      }
      .unit {
        color: var(--muted);
        min-width: 2rem;
      }
      .switch {
        justify-self: end;
        display: flex;
        align-items: center;
        min-height: 2.75rem;
      }
      .switch input {
        appearance: none;
        width: 3.2rem;
        height: 1.8rem;
        border-radius: 99px;
        background: var(--raised);
        border: 1px solid var(--line-strong);
        position: relative;
        cursor: pointer;
        transition: background 0.15s;
      }
      .switch input::after {
        content: "";
        position: absolute;
        top: 50%;
        left: 0.2rem;
        translate: 0 -50%;
        width: 1.25rem;
        height: 1.25rem;
        border-radius: 50%;
        background: var(--line-strong);
        transition: left 0.15s;
      }
      .switch input:checked {
        background: var(--accent);
        border-color: var(--accent);
      }
      .switch input:checked::after {
        left: 1.6rem;
        background: var(--on-accent);
      }
      .switch input:disabled {
        opacity: 0.55;
        cursor: default;
      }
      .foot {
        display: flex;
        gap: 0.6rem;
        align-items: center;
        flex-wrap: wrap;
        color: var(--muted);
        font-size: 0.85rem;
      }
      .reset {
        min-height: 1.7rem;
        padding: 0 0.5rem;
        font-size: 0.82rem;
        color: var(--accent-text);
      }
      @media (max-width: 640px) {
        .setting {
          grid-template-columns: 1fr;
        }
        .setting.boolean {
          grid-template-columns: minmax(0, 1fr) auto;
        }
      }
    `,
  ];

  @property({ attribute: false }) item!: SettingItem;
  @property({ attribute: false }) problem: Problem | undefined;
  @property({ attribute: false }) saved = false;
  @property({ type: Boolean }) disabled = false;

  private send(value: SettingValue): void {
    this.emit("setting", value);
  }

  override render() {
    const item = this.item;
    const size = item.unit === "B" || item.unit === "B/s";
    return html`<div class="setting ${item.type}">
      <div class="words">
        ${
          size
            ? html`<span class="label">${item.title}</span>`
            : html`<label for="field">${item.title}</label>`
        }
        ${item.help ? html`<p id="help" class="muted fine">${item.help}</p>` : nothing}
        ${this.foot()}
      </div>
      <div class="control">${size ? this.size() : this.control()}</div>
    </div>`;
  }

  private foot() {
    const item = this.item;
    const differs = item.secret ? item.is_set : item.value !== item.default;
    return html`<div class="foot">
      ${
        differs && !this.disabled
          ? html`<span
                >${item.secret ? "" : words.settings.default(valueText(item, item.default))}</span
              >
              <button
                class="quiet reset"
                aria-label=${item.secret ? words.settings.clear(item.title) : words.settings.reset(item.title)}
                @click=${() => this.send(null)}
              >
                ${icon("refresh")}${item.secret ? words.settings.clearSecret : words.settings.resetShort}
              </button>`
          : nothing
      }
      <span role="status">${this.saved ? html`${icon("check")} ${words.saved}` : nothing}</span>
      <span role="alert">
        ${
          this.problem
            ? html`<span class="error">${this.problem.message} ${this.problem.hint}</span>`
            : nothing
        }
      </span>
    </div>`;
  }

  private size() {
    return html`<mtn-size-field
      hide-label
      label=${this.item.title}
      unit=${this.item.unit}
      ?invalid=${this.problem !== undefined}
      .value=${Number(this.item.value)}
      ?inert=${this.disabled}
      @change=${(event: Event) => this.send((event.target as SizeField).value)}
    ></mtn-size-field>`;
  }

  private control(): TemplateResult {
    const item = this.item;
    if (item.choices.length) return this.choices();
    if (item.type === "boolean") return this.toggle();
    if (item.secret) return this.secret();
    if (item.type === "integer" || item.type === "number") return this.number();
    const changed = (event: Event) => this.send((event.target as HTMLInputElement).value);
    if (hasLines(item)) {
      return html`<textarea
        id="field"
        spellcheck="false"
        aria-describedby="help"
        ?disabled=${this.disabled}
        .value=${String(item.value ?? "")}
        @change=${changed}
      ></textarea>`;
    }
    return html`<input
      id="field"
      spellcheck="false"
      aria-describedby="help"
      aria-invalid=${this.problem ? "true" : "false"}
      ?disabled=${this.disabled}
      .value=${String(item.value ?? "")}
      @change=${changed}
    />`;
  }

  private choices() {
    return html`<select
      id="field"
      aria-describedby="help"
      ?disabled=${this.disabled}
      @change=${(event: Event) => this.send((event.target as HTMLSelectElement).value)}
    >
      ${this.item.choices.map(
        (choice) =>
          html`<option value=${choice} ?selected=${choice === this.item.value}>
            ${choice.replaceAll("_", " ")}
          </option>`,
      )}
    </select>`;
  }

  private toggle() {
    return html`<span class="switch">
      <input
        id="field"
        type="checkbox"
        role="switch"
        aria-checked=${this.item.value === true}
        aria-describedby="help"
        ?disabled=${this.disabled}
        .checked=${this.item.value === true}
        @change=${(event: Event) => this.send((event.target as HTMLInputElement).checked)}
      />
    </span>`;
  }

  private number() {
    const item = this.item;
    return html`<div class="line">
      <input
        id="field"
        type="number"
        inputmode=${item.type === "integer" ? "numeric" : "decimal"}
        step=${item.type === "integer" ? "1" : "any"}
        min=${item.minimum ?? nothing}
        max=${item.maximum ?? nothing}
        aria-describedby="help"
        aria-invalid=${this.problem ? "true" : "false"}
        ?disabled=${this.disabled}
        .value=${String(item.value ?? "")}
        @change=${(event: Event) => {
          const text = (event.target as HTMLInputElement).value;
          this.send(text === "" ? null : Number(text));
        }}
      />
      <span class="unit">${item.unit}</span>
    </div>`;
  }

  private secret() {
    return html`<input
      id="field"
      type="password"
      autocomplete="new-password"
      aria-describedby="help"
      ?disabled=${this.disabled}
      placeholder=${this.item.is_set ? words.settings.secretSet : words.settings.secretUnset}
      @change=${(event: Event) => {
        const field = event.target as HTMLInputElement;
        if (field.value) this.send(field.value);
        field.value = "";
      }}
    />`;
  }
}
