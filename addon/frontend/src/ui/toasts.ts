import { css, html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { customElement } from "lit/decorators.js";
import { Watch } from "../core/store";
import { dismiss, toasts, type Toast } from "../stores/toasts";
import { words } from "../words";
import { MtnElement } from "./element";
import { icon } from "./icons";
import { shared } from "./styles";

/** Short remarks in a corner; a live region, so that they are read out once. */
@customElement("mtn-toasts")
export class Toasts extends MtnElement {
  static override styles = [
    shared,
    css`
      :host {
        position: fixed;
        z-index: 40;
        inset-inline-end: max(1rem, env(safe-area-inset-right));
        bottom: calc(1rem + var(--bottom-bar, 0px) + env(safe-area-inset-bottom));
        width: min(26rem, calc(100vw - 2rem));
        display: grid;
        gap: 0.6rem;
        pointer-events: none;
      }
      .toast {
        pointer-events: auto;
        display: grid;
        grid-template-columns: auto minmax(0, 1fr) auto;
        gap: 0.3rem 0.8rem;
        align-items: start;
        padding: 0.85rem 0.7rem 0.85rem 1rem;
        background: var(--raised);
        border: 1px solid var(--line);
        border-inline-start: 4px solid var(--info);
        border-radius: var(--radius-small);
        box-shadow: var(--shadow);
        animation: in 0.2s ease-out;
      }
      .toast.ok {
        border-inline-start-color: var(--ok);
      }
      .toast.error {
        border-inline-start-color: var(--danger);
      }
      .ok > .icon {
        color: var(--ok);
      }
      .error > .icon {
        color: var(--danger);
      }
      .toast > .icon {
        margin-top: 0.1rem;
      }
      .action {
        margin-top: 0.4rem;
      }
      @keyframes in {
        from {
          opacity: 0;
          transform: translateY(10px);
        }
      }
    `,
  ];

  constructor() {
    super();
    new Watch(this, toasts);
  }

  override render() {
    return html`<div class="stack" role="log" aria-live="polite" aria-relevant="additions">
      ${repeat(
        toasts.value,
        (toast) => toast.id,
        (toast) => this.toast(toast),
      )}
    </div>`;
  }

  private toast(toast: Toast) {
    const symbol = { ok: "check", info: "about", error: "warning" }[toast.kind];
    return html`<div class="toast ${toast.kind}">
      ${icon(symbol)}
      <div>
        <p>${toast.text}</p>
        ${toast.hint ? html`<p class="muted fine">${toast.hint}</p>` : nothing}
        ${
          toast.action
            ? html`<button
                class="small action"
                @click=${() => {
                  toast.action?.run();
                  dismiss(toast.id);
                }}
              >
                ${toast.action.label}
              </button>`
            : nothing
        }
      </div>
      <button
        class="quiet small only-icon"
        aria-label=${words.close}
        @click=${() => dismiss(toast.id)}
      >
        ${icon("close")}
      </button>
    </div>`;
  }
}
