import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { asProblem, type Problem } from "../api/client";
import { engine } from "../api/engine";
import "../ui/suggestions";
import type { MediaItem, Page } from "../api/types";
import { merge } from "../core/merge";
import { throttle } from "../core/throttle";
import { addOpen } from "../stores/adding";
import { downloads, libraryChanges } from "../stores/live";
import { mayChange } from "../stores/session";
import "../ui/card";
import { MtnElement, problemBox } from "../ui/element";
import "../ui/empty";
import { icon } from "../ui/icons";
import { shared } from "../ui/styles";
import { words } from "../words";

const PAGE = 120;
const REFRESH_ARRIVING = 5000;
const REFRESH_CHANGES = 3000;
const LARGEST_PAGE = 1000;

type Kind = keyof typeof words.library.kinds;
type Sort = keyof typeof words.library.sorts;
type Filter = keyof typeof words.library.filters;

interface Choice {
  kind: Kind;
  sort: Sort;
  filter: Filter;
  q: string;
}

const KEY = "matinee.library";
const START: Choice = { kind: "all", sort: "added", filter: "all", q: "" };

function remembered(): Choice {
  try {
    return { ...START, ...(JSON.parse(sessionStorage.getItem(KEY) ?? "{}") as Partial<Choice>) };
  } catch {
    return START;
  }
}

/** The home: what was begun, and everything there is as a grid of posters. */
@customElement("mtn-library")
export class LibraryView extends MtnElement {
  static override styles = [
    shared,
    css`
      .tools {
        display: flex;
        flex-wrap: wrap;
        gap: 0.8rem 1rem;
        align-items: center;
        margin-bottom: 1.5rem;
      }
      .search {
        position: relative;
        flex: 1 1 14rem;
        max-width: 26rem;
      }
      .search .icon {
        position: absolute;
        left: 0.9rem;
        top: 50%;
        translate: 0 -50%;
        color: var(--muted);
        pointer-events: none;
      }
      .search input {
        padding-inline-start: 2.8rem !important;
        border-radius: 99px !important;
      }
      .tools select {
        width: auto;
        border-radius: 99px;
        border-color: var(--line);
        background: var(--surface);
      }
      .grid {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(10.5rem, 29vw), 1fr));
        gap: 1.6rem 1.2rem;
      }
      .shelf {
        display: grid;
        grid-auto-flow: column;
        grid-auto-columns: min(19rem, 74vw);
        gap: 1.2rem;
        overflow-x: auto;
        scroll-snap-type: x proximity;
        padding: 0.6rem 0.5rem 1rem;
        margin: 0 -0.5rem 1.4rem;
        scrollbar-width: thin;
      }
      .shelf > * {
        scroll-snap-align: start;
      }
      h2 {
        margin-bottom: 0.9rem;
      }
      .ghost {
        aspect-ratio: 2 / 3;
      }
      .foot {
        display: grid;
        place-items: center;
        padding: 2rem;
      }
      @media (max-width: 760px) {
        .grid {
          gap: 1.1rem 0.8rem;
        }
        .tools select {
          flex: 1 1 40%;
        }
        .tools .segments {
          flex-basis: 100%;
        }
        .search {
          flex-basis: 100%;
          max-width: none;
        }
      }
    `,
  ];

  @state() private items: MediaItem[] | undefined;
  @state() private begun: MediaItem[] = [];
  @state() private problem: Problem | undefined;
  @state() private cursor: string | null = null;
  @state() private choice = remembered();
  private stops: (() => void)[] = [];
  private readonly calm = throttle(() => void this.read(), REFRESH_CHANGES);
  private movies: MediaItem[] = [];
  private shows: MediaItem[] = [];
  private reading = false;
  private turn = 0;
  private typed: ReturnType<typeof setTimeout> | undefined;
  private arriving: ReturnType<typeof setInterval> | undefined;
  private observer: IntersectionObserver | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.stops = [
      libraryChanges.subscribe(() => this.calm.run()),
      downloads.subscribe(() => this.arrive()),
    ];
    // Arrival goes on between events of the library; downloads tell of it once a second.
    this.arriving = setInterval(() => {
      const waiting = this.items?.some((item) => item.kind === "show" && item.state === "arriving");
      if (waiting && !document.hidden) void this.read();
    }, REFRESH_ARRIVING);
    void this.read();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.stops) stop();
    clearInterval(this.arriving);
    this.calm.stop();
    clearTimeout(this.typed);
    this.observer?.disconnect();
  }

  private query() {
    const { sort, filter, q } = this.choice;
    return {
      sort,
      order: sort === "title" ? "asc" : "desc",
      filter: filter === "all" ? undefined : filter,
      q,
    };
  }

  private films(cursor: string | null, limit: number): Promise<Page<MediaItem>> {
    if (this.choice.kind === "show") return Promise.resolve({ items: [], next_cursor: null });
    return engine.library({ ...this.query(), kind: "movie", cursor, limit });
  }

  /** As many films as are shown now, so that nothing jumps when the library changes. */
  private async sameFilms(): Promise<Page<MediaItem>> {
    const size = Math.max(PAGE, this.movies.length);
    const items: MediaItem[] = [];
    let cursor: string | null = null;
    do {
      const limit = Math.min(LARGEST_PAGE, size - items.length);
      const page: Page<MediaItem> = await this.films(cursor, limit);
      items.push(...page.items);
      cursor = page.next_cursor;
    } while (cursor && items.length < size);
    return { items, next_cursor: cursor };
  }

  private async read(): Promise<void> {
    const turn = ++this.turn;
    try {
      const [page, shows, begun] = await Promise.all([
        this.sameFilms(),
        this.choice.kind === "movie" ? [] : engine.shows({ ...this.query(), limit: 1000 }),
        engine.continue(),
      ]);
      if (turn !== this.turn) return;
      this.movies = page.items;
      this.shows = shows;
      this.cursor = page.next_cursor;
      this.begun = begun.items;
      this.problem = undefined;
      this.lay();
    } catch (error) {
      if (turn === this.turn) this.problem = asProblem(error);
    }
  }

  private async readMore(): Promise<void> {
    if (!this.cursor || this.reading) return;
    const turn = this.turn;
    this.reading = true;
    try {
      const page = await this.films(this.cursor, PAGE);
      if (turn !== this.turn) return;
      this.movies = [...this.movies, ...page.items];
      this.cursor = page.next_cursor;
      this.lay();
    } catch (error) {
      this.problem = asProblem(error);
    } finally {
      this.reading = false;
    }
  }

  private lay(): void {
    this.items = merge(this.movies, this.shows, this.choice.sort, this.cursor !== null);
  }

  /** Let the badges of arriving titles follow their downloads. */
  private arrive(): void {
    const progress = new Map<string, number>();
    for (const item of downloads.value?.values() ?? []) {
      for (const media of item.media_ids) {
        if (item.state !== "completed" && item.media_ids.length === 1) {
          progress.set(media, item.progress);
        }
      }
    }
    if (!this.items?.some((item) => item.state === "arriving" && progress.has(item.id))) return;
    this.items = this.items.map((item) => {
      const now = item.state === "arriving" ? progress.get(item.id) : undefined;
      return now === undefined ? item : { ...item, progress: now };
    });
  }

  private choose(change: Partial<Choice>): void {
    this.choice = { ...this.choice, ...change };
    try {
      sessionStorage.setItem(KEY, JSON.stringify(this.choice));
    } catch {
      // Then the choice lasts as long as the view.
    }
    this.movies = [];
    clearTimeout(this.typed);
    this.typed = setTimeout(() => void this.read(), change.q === undefined ? 0 : 200);
  }

  override updated(): void {
    this.observer?.disconnect();
    const foot = this.renderRoot.querySelector(".foot");
    if (!foot) return;
    this.observer = new IntersectionObserver(
      (seen) => {
        if (seen.some((entry) => entry.isIntersecting)) void this.readMore();
      },
      { rootMargin: "800px" },
    );
    this.observer.observe(foot);
  }

  private get plain(): boolean {
    const { kind, filter, q } = this.choice;
    return kind === "all" && filter === "all" && !q;
  }

  override render() {
    const bare = this.items?.length === 0 && this.plain;
    return html`
      <div class="head"><h1>${words.library.title}</h1></div>
      ${this.begun.length && this.plain ? this.shelf() : nothing} ${bare ? nothing : this.tools()}
      ${
        this.problem && !this.items
          ? problemBox(this.problem, () => void this.read())
          : this.items
            ? this.grid(this.items)
            : this.ghosts()
      }
    `;
  }

  private shelf() {
    return html`<section aria-labelledby="begun">
      <h2 id="begun">${words.library.continue}</h2>
      <ul class="shelf">
        ${repeat(
          this.begun,
          (item) => item.id,
          (item) => html`<li><mtn-card resume .item=${item}></mtn-card></li>`,
        )}
      </ul>
    </section>`;
  }

  private tools() {
    const { kind, sort, filter, q } = this.choice;
    return html`<search class="tools">
      <div class="search">
        ${icon("search")}
        <input
          type="search"
          aria-label=${words.library.search}
          placeholder=${words.library.search}
          .value=${q}
          @input=${(event: Event) => this.choose({ q: (event.target as HTMLInputElement).value })}
        />
      </div>
      <div class="segments" role="group" aria-label=${words.library.kind}>
        ${(Object.keys(words.library.kinds) as Kind[]).map(
          (name) =>
            html`<button aria-pressed=${kind === name} @click=${() => this.choose({ kind: name })}>
              ${words.library.kinds[name]}
            </button>`,
        )}
      </div>
      ${this.select(words.library.filter, words.library.filters, filter, (value) =>
        this.choose({ filter: value }),
      )}
      ${this.select(words.library.sort, words.library.sorts, sort, (value) =>
        this.choose({ sort: value }),
      )}
    </search>`;
  }

  private select<K extends string>(
    label: string,
    options: Record<K, string>,
    value: K,
    chosen: (value: K) => void,
  ) {
    return html`<select
      aria-label=${label}
      @change=${(event: Event) => chosen((event.target as HTMLSelectElement).value as K)}
    >
      ${(Object.keys(options) as K[]).map(
        (key) => html`<option value=${key} ?selected=${key === value}>${options[key]}</option>`,
      )}
    </select>`;
  }

  private grid(items: MediaItem[]) {
    if (!items.length) return this.empty();
    return html`<section aria-label=${words.library.everything}>
      <p class="sr" role="status">${words.library.count(items.length)}</p>
      <ul class="grid">
        ${repeat(
          items,
          (item) => item.id,
          (item) => html`<li><mtn-card .item=${item}></mtn-card></li>`,
        )}
      </ul>
      ${
        this.cursor
          ? html`<div class="foot">
              <button @click=${() => this.readMore()}>${words.showMore}</button>
            </div>`
          : nothing
      }
    </section>`;
  }

  private empty() {
    if (this.plain) {
      return html`<mtn-empty heading=${words.library.empty} text=${words.library.emptyText}>
          ${
            mayChange()
              ? html`<button class="primary" @click=${() => addOpen.set(true)}>
                    ${icon("add")}${words.library.emptyAdd}
                  </button>
                  <a class="button" href="#/storage">${words.library.emptyFolder}</a>`
              : nothing
          }
        </mtn-empty>
        <mtn-suggestions></mtn-suggestions>`;
    }
    return html`<mtn-empty heading=${words.library.noMatch} text=${words.library.noMatchText}>
      <button @click=${() => this.choose({ kind: "all", filter: "all", q: "" })}>
        ${words.library.clear}
      </button>
    </mtn-empty>`;
  }

  private ghosts() {
    return html`<div class="grid" aria-busy="true">
      <span class="sr">${words.loading}</span>
      ${Array.from({ length: 12 }, () => html`<div class="skeleton ghost"></div>`)}
    </div>`;
  }
}
