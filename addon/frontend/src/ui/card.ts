import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { MediaItem } from "../api/types";
import { episodeCode, hdrName, percent, span } from "../core/format";
import { words } from "../words";
import { vars } from "./directives";
import { MtnElement } from "./element";
import { icon } from "./icons";
import "./poster";
import { artLabel } from "./poster";
import { shared } from "./styles";

/** Where a tap on an item leads. */
export function itemAddress(item: MediaItem): string {
  return item.kind === "show" ? `#/show/${item.id}` : `#/title/${item.id}`;
}

/** A title in the grid: picture, name, year, and what is worth knowing at a glance. */
@customElement("mtn-card")
export class Card extends MtnElement {
  static override styles = [
    shared,
    css`
      a {
        display: grid;
        gap: 0.55rem;
        color: inherit;
        text-decoration: none;
        border-radius: var(--radius-small);
      }
      a:focus-visible {
        outline-offset: 4px;
      }
      .frame {
        position: relative;
        border-radius: var(--radius-small);
        box-shadow: 0 6px 20px rgb(0 0 0 / 24%);
        transition:
          transform 0.18s ease-out,
          box-shadow 0.18s;
      }
      a:hover .frame,
      a:focus-visible .frame {
        transform: translateY(-4px);
        box-shadow: 0 14px 32px rgb(0 0 0 / 38%);
      }
      .wide {
        --shape: 16 / 9;
        --letters: 0;
      }
      .tags {
        position: absolute;
        inset: 0.5rem 0.5rem auto;
        display: flex;
        flex-wrap: wrap;
        gap: 0.3rem;
        justify-content: end;
      }
      .tag {
        padding: 0.1rem 0.5rem;
        border-radius: 99px;
        font-size: 0.75rem;
        font-weight: 650;
        color: #f4efe7;
        background: rgb(19 14 24 / 84%);
      }
      .tag.warm {
        background: #f2b84b;
        color: #2a1a02;
      }
      .tag .icon {
        width: 1em;
        height: 1em;
        vertical-align: -0.12em;
        stroke-width: 3;
      }
      .play {
        position: absolute;
        inset: 0;
        display: grid;
        place-items: center;
        color: #fff;
      }
      .play span {
        display: grid;
        place-items: center;
        width: 3rem;
        height: 3rem;
        border-radius: 50%;
        background: rgb(19 14 24 / 72%);
        border: 1px solid rgb(255 255 255 / 35%);
      }
      .bar {
        position: absolute;
        inset: auto 0.5rem 0.5rem;
        height: 0.3rem;
        background: rgb(19 14 24 / 70%);
      }
      .away mtn-art {
        filter: grayscale(0.9) brightness(0.7);
      }
      .name {
        font-weight: 600;
        line-height: 1.3;
        display: -webkit-box;
        -webkit-line-clamp: 2;
        -webkit-box-orient: vertical;
        overflow: hidden;
      }
      .line {
        color: var(--muted);
        font-size: 0.875rem;
        line-height: 1.35;
      }
    `,
  ];

  @property({ attribute: false }) item!: MediaItem;
  /** Landscape, with a play sign, leading straight to the player. */
  @property({ type: Boolean }) resume = false;

  override render() {
    const item = this.item;
    const away = item.state === "offline" || item.state === "missing";
    const href = this.resume ? `#/watch/${item.id}` : itemAddress(item);
    const watchedPart = item.duration > 0 ? item.position / item.duration : 0;
    const arriving = item.state === "arriving";
    const value = arriving ? item.progress : watchedPart;
    return html`<a href=${href}>
      <div class="frame ${this.resume ? "wide" : ""} ${away ? "away" : ""}">
        <mtn-art .src=${item.artwork} .label=${artLabel(item)}></mtn-art>
        <div class="tags">${this.tags()}</div>
        ${this.resume ? html`<div class="play"><span>${icon("play")}</span></div>` : nothing}
        ${
          value > 0 && (arriving || !item.watched)
            ? html`<div class="bar" ${vars({ "--value": value })}></div>`
            : nothing
        }
      </div>
      <div>
        <div class="name">${item.show_title || item.title}</div>
        <div class="line">${this.line()}</div>
      </div>
    </a>`;
  }

  private tags() {
    const item = this.item;
    const quality = [item.resolution, item.hdr ? hdrName(item.hdr) : ""].filter(Boolean).join(" ");
    return html`
      ${
        item.state === "arriving"
          ? html`<span class="tag warm"
              ><span class="sr">${words.library.arrivingShort} </span
              >${percent(item.progress)}</span
            >`
          : nothing
      }
      ${item.state === "offline" ? html`<span class="tag">${words.library.offline}</span>` : nothing}
      ${item.state === "missing" ? html`<span class="tag">${words.library.missing}</span>` : nothing}
      ${
        item.watched
          ? html`<span class="tag"
              >${icon("check")}<span class="sr">${words.library.watched}</span></span
            >`
          : nothing
      }
      ${quality && !this.resume ? html`<span class="tag">${quality}</span>` : nothing}
    `;
  }

  private line(): string {
    const item = this.item;
    if (item.kind === "episode") {
      const code = episodeCode(item.season, item.episode);
      return [code, item.title].filter(Boolean).join(" · ");
    }
    if (item.kind === "show") {
      return [item.year ?? "", item.episodes ? words.library.episodes(item.episodes) : ""]
        .filter(Boolean)
        .join(" · ");
    }
    const left = item.duration - item.position;
    if (this.resume && left > 0) return words.time.left(span(left));
    return [item.year ?? "", item.duration ? span(item.duration) : ""].filter(Boolean).join(" · ");
  }
}
