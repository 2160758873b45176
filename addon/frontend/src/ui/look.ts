import { css, html } from "lit";
import { customElement } from "lit/decorators.js";
import { screen, setScreen, setTheme, theme, type Screen, type Theme } from "../core/look";
import { Watch } from "../core/store";
import { words } from "../words";
import { MtnElement } from "./element";
import { shared } from "./styles";

/** The lights, and how far away the viewer sits; kept on this device. */
@customElement("mtn-look")
export class Look extends MtnElement {
  static override styles = [
    shared,
    css`
      .pair {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr));
        gap: 1rem;
      }
    `,
  ];

  constructor() {
    super();
    new Watch(this, theme, screen);
  }

  override render() {
    return html`<section class="card">
      <h2>${words.look.title}</h2>
      <div class="pair">
        <div class="field">
          <label for="theme">${words.look.theme}</label>
          <select
            id="theme"
            @change=${(event: Event) => setTheme((event.target as HTMLSelectElement).value as Theme)}
          >
            ${this.option("auto", words.look.auto, theme.value)}
            ${this.option("light", words.look.lightOn, theme.value)}
            ${this.option("dark", words.look.lightOff, theme.value)}
          </select>
        </div>
        <div class="field">
          <label for="screen">${words.look.screen}</label>
          <select
            id="screen"
            aria-describedby="screen-help"
            @change=${(event: Event) =>
              setScreen((event.target as HTMLSelectElement).value as Screen)}
          >
            ${this.option("auto", words.look.auto, screen.value)}
            ${this.option("desk", words.look.desk, screen.value)}
            ${this.option("tv", words.look.tv, screen.value)}
          </select>
          <span id="screen-help" class="muted fine">${words.look.tvHelp}</span>
        </div>
      </div>
    </section>`;
  }

  private option(value: string, label: string, now: string) {
    return html`<option value=${value} ?selected=${value === now}>${label}</option>`;
  }
}
