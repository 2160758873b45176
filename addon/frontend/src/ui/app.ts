import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { asProblem, type Problem } from "../api/client";
import { engine } from "../api/engine";
import {
  documentTitle,
  go,
  place,
  rememberedScroll,
  startRouter,
  type Place,
} from "../core/router";
import { activeElement } from "../core/spatial";
import { Watch } from "../core/store";
import { throttle } from "../core/throttle";
import { entries, routes, type NavEntry } from "../routes";
import { addOpen, addTransfer } from "../stores/adding";
import { connection, libraryChanges, reconnectNow, startLive, totals } from "../stores/live";
import { isAdmin, mayChange, resumeSession, session } from "../stores/session";
import { say } from "../stores/toasts";
import { words } from "../words";
import { appStyles } from "./app.styles";
import { MtnElement, problemBox } from "./element";
import { icon, mark } from "./icons";
import { shared } from "./styles";
import "./toasts";

const ADD_KEY = "a";

function typing(): boolean {
  const active = activeElement();
  return (
    active instanceof HTMLTextAreaElement ||
    active instanceof HTMLSelectElement ||
    (active instanceof HTMLInputElement && !["checkbox", "radio", "range"].includes(active.type))
  );
}

/** The frame: navigation, banners, what can be dropped or pasted anywhere, and one view. */
@customElement("mtn-app")
export class App extends MtnElement {
  static override styles = [shared, appStyles];

  @state() private shown: Place | undefined;
  @state() private problem: Problem | undefined;
  @state() private dragging = false;
  @state() private unsorted = 0;
  @state() private setupOpen = false;
  private depth = 0;

  constructor() {
    super();
    new Watch(this, session, connection, addOpen, totals);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    place.subscribe(() => void this.follow());
    session.subscribe(() => void this.entered());
    libraryChanges.subscribe(throttle(() => void this.countUnsorted(), 5000).run);
    addOpen.subscribe(() => {
      if (addOpen.value) void import("./add").then(() => this.requestUpdate());
    });
    connection.subscribe(this.sayConnection());
    startLive((notice) =>
      say({
        kind: notice.level === "info" ? "info" : "error",
        text: notice.message,
        hint: notice.hint,
      }),
    );
    this.listen();
    startRouter(routes);
    void this.begin();
  }

  private async begin(): Promise<void> {
    this.problem = undefined;
    if (place.value.path.startsWith("/link/")) {
      session.set({ state: "out" });
      return;
    }
    try {
      await resumeSession();
    } catch (error) {
      this.problem = asProblem(error);
    }
  }

  private sayConnection(): () => void {
    let before = connection.value;
    return () => {
      if (before === "lost" && connection.value === "live") {
        say({ kind: "ok", text: words.connection.back });
        if (this.problem) void this.begin();
      }
      before = connection.value;
    };
  }

  private async entered(): Promise<void> {
    if (session.value.state !== "in") {
      void import("../views/sign-in").then(() => this.requestUpdate());
      return;
    }
    this.problem = undefined;
    void this.follow();
    void this.countUnsorted();
    if (!isAdmin()) return;
    try {
      const setup = await engine.setup();
      this.setupOpen = !setup.done;
      if (this.setupOpen && place.value.path === "/" && setup.step === "welcome") {
        go("/setup", true);
      }
    } catch {
      // The set-up is an offer; the page works without knowing how far it is.
    }
  }

  private async countUnsorted(): Promise<void> {
    if (session.value.state !== "in" || !mayChange()) return;
    try {
      this.unsorted = (await engine.unsorted()).length;
    } catch {
      // A number on a badge; the view itself says what is wrong.
    }
  }

  /** Load the view of the place, show it, and bring the focus to its heading. */
  private async follow(): Promise<void> {
    const next = place.value;
    if (session.value.state !== "in") {
      this.requestUpdate();
      return;
    }
    if (next.path !== "/setup" && this.shown?.path === "/setup") void this.afterSetup();
    try {
      await next.route?.load();
    } catch (error) {
      this.problem = asProblem(error);
      return;
    }
    if (place.value !== next) return;
    const first = this.shown === undefined;
    const moved = this.shown?.path !== next.path;
    this.shown = next;
    documentTitle(next.route?.title ?? words.titles.notFound);
    await this.updateComplete;
    if (!moved) return;
    const view = this.renderRoot.querySelector("main > *");
    await (view as { updateComplete?: Promise<unknown> } | null)?.updateComplete;
    if (!first) this.focusHeading();
    const scroll = rememberedScroll();
    requestAnimationFrame(() => window.scrollTo(0, scroll));
  }

  private async afterSetup(): Promise<void> {
    try {
      this.setupOpen = !(await engine.setup()).done;
    } catch {
      this.setupOpen = false;
    }
  }

  private focusHeading(): void {
    const view = this.renderRoot.querySelector("main > *");
    const heading = view?.shadowRoot?.querySelector<HTMLElement>("h1");
    if (!heading) return;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }

  private listen(): void {
    window.addEventListener("paste", (event) => {
      if (session.value.state !== "in" || typing() || !event.clipboardData) return;
      if (addTransfer(event.clipboardData)) event.preventDefault();
    });
    window.addEventListener("dragenter", (event) => {
      if (!this.foreign(event)) return;
      event.preventDefault();
      this.depth += 1;
      this.dragging = true;
    });
    window.addEventListener("dragover", (event) => {
      if (this.foreign(event)) event.preventDefault();
    });
    window.addEventListener("dragleave", (event) => {
      if (!this.foreign(event)) return;
      this.depth -= 1;
      if (this.depth <= 0) this.stopDragging();
    });
    window.addEventListener("drop", (event) => {
      if (!this.foreign(event)) return;
      event.preventDefault();
      this.stopDragging();
      if (event.dataTransfer) addTransfer(event.dataTransfer);
    });
    window.addEventListener("keydown", (event) => this.shortcut(event));
  }

  /** Whether something from outside is dragged, rather than a row of the queue. */
  private foreign(event: DragEvent): boolean {
    const types = event.dataTransfer?.types ?? [];
    if (session.value.state !== "in" || types.includes("application/x-matinee-row")) return false;
    return (
      types.includes("Files") || types.includes("text/uri-list") || types.includes("text/plain")
    );
  }

  private stopDragging(): void {
    this.depth = 0;
    this.dragging = false;
  }

  private shortcut(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (session.value.state !== "in" || typing() || this.shown?.route?.bare || addOpen.value)
      return;
    if (event.key === ADD_KEY && mayChange()) {
      event.preventDefault();
      addOpen.set(true);
    } else if (event.key === "/") {
      const view = this.renderRoot.querySelector("main > *");
      const field = view?.shadowRoot?.querySelector<HTMLElement>('input[type="search"]');
      if (field) {
        event.preventDefault();
        field.focus();
      }
    }
  }

  override render() {
    if (session.value.state === "unknown") return this.waiting();
    if (session.value.state === "out") {
      return html`<main class="bare"><mtn-sign-in></mtn-sign-in></main>`;
    }
    const bare = this.shown?.route?.bare ?? false;
    return html`
      ${bare ? nothing : this.frame()} ${this.banners(bare)}
      <main id="main" class=${bare ? "bare" : ""}>${this.view()}</main>
      ${bare ? nothing : this.bottomBar()}
      <mtn-toasts></mtn-toasts>
      ${addOpen.value ? html`<mtn-add @closed=${() => addOpen.set(false)}></mtn-add>` : nothing}
      ${
        this.dragging
          ? html`<div class="drop">
              ${mark()}
              <h2>${words.add.drop}</h2>
              <p>${words.add.dropText}</p>
            </div>`
          : nothing
      }
    `;
  }

  private waiting() {
    if (this.problem) {
      return html`<main>${problemBox(this.problem, () => void this.begin())}</main>`;
    }
    return html`<main class="bare" aria-busy="true">
      <div class="wait"><span class="sr">${words.loading}</span>${mark()}</div>
    </main>`;
  }

  private view() {
    if (this.problem) return problemBox(this.problem, () => location.reload());
    if (!this.shown) return nothing;
    if (this.shown.route) return this.shown.route.render(this.shown.params);
    return html`<mtn-lost></mtn-lost>`;
  }

  private banners(bare: boolean) {
    const lost = connection.value === "lost";
    const setup = this.setupOpen && !bare;
    return html`
      <div role="status">
        ${
          lost
            ? html`<div class="banner ${bare ? "bare" : ""}">
                ${icon("warning")}
                <strong>${words.connection.lost}</strong>
                <span>${words.connection.again}</span>
                <button class="small" @click=${reconnectNow}>${words.connection.now}</button>
              </div>`
            : nothing
        }
      </div>
      ${
        setup
          ? html`<aside class="banner" aria-label=${words.nav.setup}>
              <span>${words.setup.resume}</span>
              <a class="button small" href="#/setup">${words.setup.resumeButton}</a>
            </aside>`
          : nothing
      }
    `;
  }

  private visibleEntries(): NavEntry[] {
    return entries.filter(
      (entry) => !entry.role || (entry.role === "admin" ? isAdmin() : mayChange()),
    );
  }

  private badge(section: string) {
    const count =
      section === "downloads" ? totals.value.active : section === "unsorted" ? this.unsorted : 0;
    if (!count) return nothing;
    const label = section === "downloads" ? words.downloads.active(count) : String(count);
    return html`<span class="badge" title=${label}>${count}</span>`;
  }

  private link(entry: NavEntry) {
    const here = this.shown?.route?.section === entry.section;
    return html`<li>
      <a href="#${entry.path}" aria-current=${here ? "page" : nothing}>
        ${icon(entry.icon)}<span class="text">${entry.label}</span>${this.badge(entry.section)}
      </a>
    </li>`;
  }

  private addButton() {
    if (!mayChange()) return nothing;
    return html`<button
      class="primary add"
      aria-label=${words.nav.add}
      @click=${() => addOpen.set(true)}
    >
      ${icon("add")}<span>${words.nav.add}</span>
    </button>`;
  }

  private frame() {
    return html`<header class="rail">
      <button class="skip primary" @click=${() => this.focusHeading()}>${words.skip}</button>
      <a class="brand" href="#/">${mark()}<span>${words.name}</span></a>
      ${this.addButton()}
      <nav aria-label=${words.nav.main}>
        <ul>
          ${this.visibleEntries().map((entry) => this.link(entry))}
        </ul>
      </nav>
      <p class="who">${session.value.user?.name ?? ""}</p>
    </header>`;
  }

  private bottomBar() {
    const by = (section: string) => entries.filter((entry) => entry.section === section);
    const rest = { section: "more", path: "/more", label: words.nav.more, icon: "more" };
    const inMore = !["library", "downloads", "storage"].includes(this.shown?.route?.section ?? "");
    return html`<nav class="bottom" aria-label=${words.nav.main}>
      <ul>
        ${by("library").map((entry) => this.link(entry))}
        ${by("downloads").map((entry) => this.link(entry))}
        <li>
          ${mayChange() ? html`<button class="primary add" aria-label=${words.nav.add} @click=${() => addOpen.set(true)}>${icon("add")}</button>` : nothing}
        </li>
        ${mayChange() ? by("storage").map((entry) => this.link(entry)) : html`<li></li>`}
        <li>
          <a href="#/more" aria-current=${inMore ? "page" : nothing}>
            ${icon("more")}<span class="text">${rest.label}</span>
          </a>
        </li>
      </ul>
    </nav>`;
  }
}

/** An address that leads nowhere. */
@customElement("mtn-lost")
export class Lost extends MtnElement {
  override render() {
    return html`<h1>${words.titles.notFound}</h1>
      <p class="muted">${words.titles.notFoundText}</p>
      <p><a href="#/">${words.titles.toLibrary}</a></p>`;
  }
}
