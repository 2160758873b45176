import { css, html } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { words } from "../words";
import { MtnElement } from "./element";
import { icon } from "./icons";
import { shared } from "./styles";

/**
 * A modal dialog around the native one. The owner renders it while it is wanted; it says
 * "closed" when the person leaves it. Buttons go into the slot "actions".
 */
@customElement("mtn-dialog")
export class Dialog extends MtnElement {
  static override styles = [
    shared,
    css`
      dialog {
        width: min(34rem, calc(100vw - 2rem));
        max-height: min(48rem, calc(100dvh - 2rem));
        padding: 0;
        border: 1px solid var(--line);
        border-radius: calc(var(--radius) + 4px);
        background: var(--surface);
        color: var(--text);
        box-shadow: var(--shadow);
        overflow: hidden;
      }
      dialog[open] {
        display: flex;
        flex-direction: column;
        animation: rise 0.22s ease-out;
      }
      :host([wide]) dialog {
        width: min(52rem, calc(100vw - 2rem));
      }
      dialog::backdrop {
        background: rgb(10 6 14 / 62%);
        backdrop-filter: blur(3px);
      }
      .top {
        display: flex;
        align-items: start;
        justify-content: space-between;
        gap: 1rem;
        padding: 1.2rem 1.1rem 0.4rem 1.5rem;
      }
      .top button {
        margin-top: -0.4rem;
      }
      .body {
        padding: 0.5rem 1.5rem 1.2rem;
        overflow-y: auto;
        display: grid;
        gap: 1rem;
        grid-template-columns: minmax(0, 1fr);
      }
      .foot {
        display: flex;
        flex-wrap: wrap;
        justify-content: end;
        gap: 0.6rem;
        padding: 0.9rem 1.5rem calc(1.2rem + env(safe-area-inset-bottom));
        border-top: 1px solid var(--line);
      }
      @keyframes rise {
        from {
          opacity: 0;
          transform: translateY(14px);
        }
      }
      @media (max-width: 560px) {
        dialog {
          width: 100vw !important;
          max-width: 100vw;
          margin: auto 0 0;
          border-radius: 20px 20px 0 0;
          border-width: 1px 0 0;
        }
      }
    `,
  ];

  @property() heading = "";
  @query("dialog") private dialog!: HTMLDialogElement;
  private opener: Element | null = null;

  override firstUpdated(): void {
    this.opener = document.activeElement;
    while (this.opener?.shadowRoot?.activeElement)
      this.opener = this.opener.shadowRoot.activeElement;
    this.dialog.showModal();
    document.body.classList.add("covered");
    // Slotted fields are no descendants of the dialog, so the browser overlooks their wish.
    this.querySelector<HTMLElement>("[data-focus]")?.focus();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.body.classList.remove("covered");
    if (this.opener instanceof HTMLElement) this.opener.focus();
  }

  override render() {
    return html`<dialog
      aria-labelledby="heading"
      @close=${() => this.emit("closed")}
      @click=${(event: MouseEvent) => {
        if (event.target === this.dialog) this.dialog.close();
      }}
      @keydown=${(event: KeyboardEvent) => event.key === "Escape" && event.stopPropagation()}
    >
      <div class="top">
        <h2 id="heading">${this.heading}</h2>
        <button
          class="quiet only-icon small"
          aria-label=${words.close}
          @click=${() => this.dialog.close()}
        >
          ${icon("close")}
        </button>
      </div>
      <div class="body"><slot></slot></div>
      <div class="foot">
        <button @click=${() => this.dialog.close()}>${words.cancel}</button>
        <slot name="actions"></slot>
      </div>
    </dialog>`;
  }
}
