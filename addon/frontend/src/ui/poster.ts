import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { MediaItem } from "../api/types";
import { resolve } from "../core/base";
import { vars } from "./directives";
import { MtnElement } from "./element";
import { shared } from "./styles";

const MOST_TRIES = 6;

/** A number from a text, the same each time. */
export function hash(text: string): number {
  let value = 2166136261;
  for (const letter of text) value = Math.imul(value ^ (letter.codePointAt(0) ?? 0), 16777619);
  return value >>> 0;
}

/** The first letters of a title's first two words that carry meaning. */
export function initials(title: string): string {
  const parts = title
    .replace(/^(the|a|an|der|die|das|le|la|les|el|los)\s+/i, "")
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
  const letters = parts.slice(0, 2).map((part) => String.fromCodePoint(part.codePointAt(0) ?? 0));
  return letters.join("").toLocaleUpperCase();
}

/**
 * The picture of a title: its poster, a still from it, or a poster made of rays and letters,
 * whose colours follow from the title.
 */
@customElement("mtn-art")
export class Art extends MtnElement {
  static override styles = [
    shared,
    css`
      :host {
        position: relative;
        aspect-ratio: var(--shape, 2 / 3);
        border-radius: var(--radius-small);
        overflow: hidden;
        container-type: size;
        background: var(--raised);
        isolation: isolate;
      }
      img {
        width: 100%;
        height: 100%;
        object-fit: cover;
        display: block;
        opacity: 0;
        transition: opacity 0.4s;
      }
      img.there {
        opacity: 1;
      }
      .made {
        position: absolute;
        inset: 0;
        z-index: -1;
        background:
          linear-gradient(hsl(var(--hue) 45% 12% / 0%) 40%, hsl(var(--hue) 50% 7%) 96%),
          repeating-conic-gradient(
            from var(--turn) at 50% 66%,
            hsl(var(--hue) 44% 27%) 0 9deg,
            hsl(calc(var(--hue) + 10) 52% 19%) 9deg 18deg
          );
      }
      .sun {
        position: absolute;
        left: 50%;
        top: 66%;
        width: min(60cqw, 44cqh);
        aspect-ratio: 1;
        border-radius: 50%;
        translate: -50% -50%;
        display: grid;
        place-items: center;
        background: radial-gradient(circle at 50% 30%, #ffe0a0, #f2b84b 55%, #c97f2a);
        box-shadow:
          0 0 0 0.35rem hsl(40 80% 60% / 18%),
          0 0 3rem hsl(38 90% 55% / 40%);
        color: hsl(var(--hue) 60% 16%);
      }
      .letters {
        font-family: var(--serif);
        font-weight: 600;
        font-size: var(--letters, 1.9rem);
        line-height: 1;
        letter-spacing: 0.04em;
      }
    `,
  ];

  @property() src = "";
  @property() label = "";
  @state() private there = false;
  @state() private broken = false;

  private tries = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  /** A picture that is still being made is asked for again, ever more slowly. */
  private failed(): void {
    this.broken = true;
    if (this.tries >= MOST_TRIES) return;
    this.tries += 1;
    this.timer = setTimeout(() => (this.broken = false), 2000 * this.tries);
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("src")) {
      this.there = false;
      this.broken = false;
      this.tries = 0;
      clearTimeout(this.timer);
    }
  }

  override render() {
    const seed = hash(this.label);
    // Hues between plum, wine, amber and teal suit both lights; greens look ill.
    const hues = [265, 290, 325, 350, 8, 22, 34, 186, 205, 228];
    const letters = initials(this.label);
    return html`<div
        class="made"
        aria-hidden="true"
        ${vars({ "--hue": hues[seed % hues.length] ?? 265, "--turn": `${seed % 16}deg` })}
      >
        <span class="sun"
          >${letters ? html`<span class="letters">${letters}</span>` : nothing}</span
        >
      </div>
      ${
        this.src && !this.broken
          ? html`<img
              class=${this.there ? "there" : ""}
              src=${resolve(this.src)}
              alt=""
              loading="lazy"
              decoding="async"
              @load=${() => (this.there = true)}
              @error=${this.failed}
            />`
          : nothing
      }`;
  }
}

/** What an item is called on its picture. */
export function artLabel(item: Pick<MediaItem, "title" | "show_title">): string {
  return item.show_title || item.title;
}
