import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { engine } from "../api/engine";
import type { Correction, MediaItem, ShowDetail } from "../api/types";
import { episodeCode, percent, span } from "../core/format";
import { throttle } from "../core/throttle";
import { documentTitle, go } from "../core/router";
import { libraryChanges } from "../stores/live";
import { mayChange } from "../stores/session";
import "../ui/correct";
import { vars } from "../ui/directives";
import { Loaded, MtnElement } from "../ui/element";
import "../ui/empty";
import { icon } from "../ui/icons";
import "../ui/poster";
import { shared } from "../ui/styles";
import { words } from "../words";

const REFRESH = 5000;

/** All episodes of a show in order. */
export function episodesOf(show: ShowDetail): MediaItem[] {
  return show.seasons.flatMap((season) => season.episodes);
}

/** The episode to watch next: the one begun, else the first that was not watched. */
export function nextUp(show: ShowDetail): MediaItem | undefined {
  const named = episodesOf(show).find((item) => item.id === show.next_id);
  if (named && (named.state === "home" || named.state === "arriving")) return named;
  const playable = episodesOf(show).filter(
    (item) => item.state === "home" || item.state === "arriving",
  );
  const regular = playable.filter((item) => item.season !== 0);
  const begun = regular.find((item) => item.position > 30 && !item.watched);
  return begun ?? regular.find((item) => !item.watched) ?? regular[0] ?? playable[0];
}

@customElement("mtn-show")
export class ShowView extends MtnElement {
  static override styles = [
    shared,
    css`
      .hero {
        display: grid;
        grid-template-columns: minmax(8rem, 13rem) minmax(0, 1fr);
        gap: clamp(1.2rem, 3vw, 2.4rem);
        align-items: end;
        margin-bottom: 1.6rem;
        padding: clamp(1rem, 2.5vw, 2rem);
        border-radius: calc(var(--radius) + 6px);
        background: radial-gradient(ellipse 90% 120% at 15% 0, var(--bg-glow), transparent 75%);
      }
      mtn-art {
        box-shadow: var(--shadow);
      }
      .hero mtn-art {
        --letters: 2.4rem;
      }
      .segments {
        margin-bottom: 1rem;
      }
      .episodes {
        display: grid;
        gap: 0.4rem;
      }
      .episodes a {
        display: grid;
        grid-template-columns: 11rem minmax(0, 1fr) auto;
        gap: 1.1rem;
        align-items: center;
        padding: 0.6rem;
        border-radius: var(--radius);
        color: inherit;
        text-decoration: none;
      }
      .episodes a:hover {
        background: var(--surface);
      }
      .still {
        position: relative;
        --shape: 16 / 9;
        --letters: 0.95rem;
      }
      .still .bar {
        position: absolute;
        inset: auto 0.4rem 0.4rem;
        height: 0.25rem;
        background: rgb(19 14 24 / 70%);
      }
      .number {
        font-variant-numeric: tabular-nums;
        color: var(--muted);
      }
      @media (max-width: 760px) {
        .hero {
          grid-template-columns: 7rem minmax(0, 1fr);
        }
        .hero mtn-art {
          --letters: 1.4rem;
        }
        .episodes a {
          grid-template-columns: 7rem minmax(0, 1fr);
        }
        .episodes .marks {
          grid-column: 2;
        }
      }
    `,
  ];

  @property() showId = "";
  @state() private correcting = false;
  @state() private season: number | undefined;
  private readonly show: Loaded<ShowDetail> = new Loaded(this, () => engine.show(this.showId));
  private stop: (() => void) | undefined;
  private timer: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.stop = libraryChanges.subscribe(throttle(() => void this.show.reload(), 2000).run);
    this.timer = setInterval(() => {
      const arriving =
        this.show.value && episodesOf(this.show.value).some((e) => e.state === "arriving");
      if (arriving && !document.hidden) void this.show.reload();
    }, REFRESH);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stop?.();
    clearInterval(this.timer);
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (!changed.has("showId")) return;
    this.show.clear();
    this.season = undefined;
    void this.show.reload();
  }

  override updated(): void {
    if (this.show.value) documentTitle(this.show.value.title);
  }

  override render() {
    if (this.show.problem?.status === 404) {
      return html`<h1 class="sr">${words.media.gone}</h1>
        <mtn-empty heading=${words.media.gone} text=${words.media.goneText}>
          <a class="button" href="#/">${words.titles.toLibrary}</a>
        </mtn-empty>`;
    }
    return this.show.show((show) => html`${this.page(show)} ${this.dialog(show)}`);
  }

  private page(show: ShowDetail) {
    const next = nextUp(show);
    const number = this.season ?? next?.season ?? show.seasons[0]?.number;
    const season = show.seasons.find((one) => one.number === number);
    const art = show.artwork;
    return html`<div class="hero">
        <mtn-art .src=${art} .label=${show.title}></mtn-art>
        <div class="stack">
          <h1>${show.title}</h1>
          <p class="muted">
            ${[show.year, words.library.episodes(episodesOf(show).length)].filter(Boolean).join(" · ")}
          </p>
          <div class="row">
            ${
              next
                ? html`<a class="button primary" href="#/watch/${next.id}"
                    >${icon("play")}${words.media.play} ${episodeCode(next.season, next.episode)}</a
                  >`
                : nothing
            }
            ${
              mayChange()
                ? html`<button @click=${() => (this.correcting = true)}>
                    ${icon("edit")}${words.media.correct}
                  </button>`
                : nothing
            }
          </div>
        </div>
      </div>
      ${
        show.seasons.length > 1
          ? html`<div class="segments" role="group" aria-label=${words.media.seasons}>
              ${show.seasons.map(
                (one) =>
                  html`<button
                    aria-pressed=${one.number === number}
                    @click=${() => (this.season = one.number)}
                  >
                    ${words.media.season(one.number)}
                  </button>`,
              )}
            </div>`
          : nothing
      }
      ${
        season
          ? html`<section aria-label=${words.media.season(season.number)}>
              <h2 class=${show.seasons.length > 1 ? "sr" : ""}>
                ${words.media.season(season.number)}
              </h2>
              <ul class="episodes">
                ${repeat(
                  season.episodes,
                  (item) => item.id,
                  (item) => this.episode(item, show),
                )}
              </ul>
            </section>`
          : html`<mtn-empty
              heading=${words.media.noEpisodes}
              text=${words.media.noEpisodesText}
            ></mtn-empty>`
      }`;
  }

  private dialog(show: ShowDetail) {
    if (!this.correcting) return nothing;
    return html`<mtn-correct
      show
      .start=${{ title: show.title, year: show.year }}
      .send=${async (title: Correction) => {
        const now = await engine.correctShow(show.id, title.title, title.year ?? null);
        if (now.id !== show.id) go(`/show/${now.id}`, true);
        else await this.show.reload();
      }}
      @closed=${() => (this.correcting = false)}
    ></mtn-correct>`;
  }

  private episode(item: MediaItem, show: ShowDetail) {
    const part = item.duration > 0 ? item.position / item.duration : 0;
    return html`<li>
      <a href="#/title/${item.id}">
        <div class="still">
          <mtn-art .src=${item.artwork} .label=${`${item.episode ?? ""} ${show.title}`}></mtn-art>
          ${
            part > 0 && !item.watched
              ? html`<div class="bar" ${vars({ "--value": part })}></div>`
              : nothing
          }
        </div>
        <div>
          <h3>${item.title || episodeCode(item.season, item.episode)}</h3>
          <p class="number fine">
            ${[
              episodeCode(item.season, item.episode),
              item.duration ? span(item.duration) : "",
              item.resolution,
            ]
              .filter(Boolean)
              .join(" · ")}
          </p>
        </div>
        <div class="row marks">
          ${
            item.state === "arriving"
              ? html`<span class="pill warm"
                  >${words.library.arriving(percent(item.progress))}</span
                >`
              : nothing
          }
          ${item.state === "offline" ? html`<span class="pill">${words.library.offline}</span>` : nothing}
          ${item.state === "missing" ? html`<span class="pill bad">${words.library.missing}</span>` : nothing}
          ${item.watched ? html`<span class="pill ok">${words.library.watched}</span>` : nothing}
        </div>
      </a>
    </li>`;
  }
}
