import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { MtnElement } from "./element";
import { mark } from "./icons";
import { shared } from "./styles";

/** An empty place that says what belongs there and how it gets there. */
@customElement("mtn-empty")
export class Empty extends MtnElement {
  static override styles = [
    shared,
    css`
      .empty {
        display: grid;
        justify-items: center;
        text-align: center;
        gap: 0.9rem;
        padding: clamp(2.5rem, 9vh, 6rem) 1.5rem;
        background: radial-gradient(ellipse 60% 75% at 50% 0, var(--bg-glow), transparent);
        border-radius: var(--radius);
      }
      .mark {
        width: 4.6rem;
        height: 4.6rem;
        opacity: 0.9;
      }
      p {
        max-width: 34rem;
        color: var(--muted);
        text-wrap: pretty;
      }
      .row {
        justify-content: center;
        margin-top: 0.6rem;
      }
    `,
  ];

  @property() heading = "";
  @property() text = "";

  override render() {
    return html`<div class="empty">
      ${mark()}
      <h2>${this.heading}</h2>
      ${this.text ? html`<p>${this.text}</p>` : nothing}
      <div class="row"><slot></slot></div>
    </div>`;
  }
}
