import { css, html, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { MtnElement } from "./element";
import { icon } from "./icons";
import { shared } from "./styles";

export interface MenuItem {
  label: string;
  icon?: string;
  danger?: boolean;
  disabled?: boolean;
  run: () => void;
}

let count = 0;

/** A button that opens a menu. Arrow keys move in it, Escape and leaving it close it. */
@customElement("mtn-menu")
export class Menu extends MtnElement {
  static override styles = [
    shared,
    css`
      :host {
        display: inline-block;
        position: relative;
      }
      [role="menu"] {
        position: absolute;
        z-index: 20;
        inset-inline-end: 0;
        top: calc(100% + 0.3rem);
        min-width: 14rem;
        max-width: calc(100vw - 2rem);
        max-height: min(26rem, 60vh);
        overflow: auto;
        padding: 0.4rem;
        background: var(--raised);
        border: 1px solid var(--line);
        border-radius: var(--radius);
        box-shadow: var(--shadow);
        display: grid;
      }
      .above {
        top: auto !important;
        bottom: calc(100% + 0.3rem);
      }
      [role="menuitem"] {
        justify-content: start;
        border-radius: var(--radius-small);
        border-color: transparent;
        background: transparent;
        font-weight: 500;
        text-align: start;
      }
      [role="menuitem"]:hover,
      [role="menuitem"]:focus-visible {
        background: var(--surface);
      }
      .bad {
        color: var(--danger);
      }
    `,
  ];

  @property() label = "";
  @property({ attribute: false }) items: MenuItem[] = [];
  @property({ attribute: false }) face: TemplateResult = icon("more");
  @state() private open = false;
  @state() private above = false;
  @query("button") private button!: HTMLButtonElement;
  private readonly menuId = `menu-${++count}`;

  override render() {
    return html`<button
        class="quiet only-icon"
        aria-label=${this.label}
        title=${this.label}
        aria-haspopup="menu"
        aria-expanded=${this.open}
        aria-controls=${this.open ? this.menuId : ""}
        @click=${() => (this.open ? this.shut() : this.show())}
        @keydown=${(event: KeyboardEvent) => {
          if (event.key === "ArrowDown" && this.open) {
            event.preventDefault();
            this.step(1);
          }
        }}
      >
        ${this.face}
      </button>
      ${
        this.open
          ? html`<div
              id=${this.menuId}
              role="menu"
              tabindex="-1"
              aria-label=${this.label}
              class=${this.above ? "above" : ""}
              data-arrows
              @keydown=${this.key}
              @focusout=${this.left}
            >
              ${this.items.map(
                (item) =>
                  html`<button
                    role="menuitem"
                    tabindex="-1"
                    class=${item.danger ? "bad" : ""}
                    ?disabled=${item.disabled ?? false}
                    @click=${() => {
                      this.shut();
                      item.run();
                    }}
                  >
                    ${item.icon ? icon(item.icon) : ""}${item.label}
                  </button>`,
              )}
            </div>`
          : ""
      }`;
  }

  private show(): void {
    this.above = innerHeight - this.button.getBoundingClientRect().bottom < 340;
    this.open = true;
    void this.updateComplete.then(() => this.step(0));
  }

  private shut(): void {
    this.open = false;
    this.button.focus();
  }

  private entries(): HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>('[role="menuitem"]:not([disabled])')];
  }

  private step(by: number, to?: number): void {
    const entries = this.entries();
    if (!entries.length) return;
    const root = this.renderRoot as ShadowRoot;
    const now = entries.indexOf(root.activeElement as HTMLElement);
    const next = to ?? (now < 0 ? 0 : (now + by + entries.length) % entries.length);
    entries.at(next)?.focus();
  }

  private key(event: KeyboardEvent): void {
    if (event.key === "ArrowDown") this.step(1);
    else if (event.key === "ArrowUp") this.step(-1);
    else if (event.key === "Home") this.step(0, 0);
    else if (event.key === "End") this.step(0, -1);
    else if (event.key === "Escape") this.shut();
    else if (event.key === "Tab") this.open = false;
    else return;
    if (event.key !== "Tab") event.preventDefault();
    event.stopPropagation();
  }

  private left(event: FocusEvent): void {
    const to = event.relatedTarget as Node | null;
    if (!to || !this.renderRoot.contains(to)) this.open = false;
  }
}
