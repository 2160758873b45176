import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { asProblem, type Problem } from "../api/client";
import { engine } from "../api/engine";
import type { Setup, SetupStep, VolumeCandidate } from "../api/types";
import { bytes } from "../core/format";
import { go } from "../core/router";
import { addOpen } from "../stores/adding";
import { MtnElement, formError, problemBox, skeletonList } from "../ui/element";
import { icon, mark } from "../ui/icons";
import { shared } from "../ui/styles";
import { words } from "../words";

const STEPS: SetupStep[] = ["welcome", "drive", "network", "done"];

function asFolder(item: VolumeCandidate | string): VolumeCandidate {
  return typeof item === "string" ? { path: item, size: 0, free: 0 } : item;
}

/** The first run: a folder, a few checks. Every step is kept, so it can be left at any time. */
@customElement("mtn-setup")
export class SetupView extends MtnElement {
  static override styles = [
    shared,
    css`
      :host {
        min-height: 100vh;
        min-height: 100dvh;
        display: grid;
        place-items: center;
        padding: 1.5rem;
        background:
          radial-gradient(ellipse 80rem 38rem at 50% -8rem, var(--bg-glow), transparent 70%),
          var(--bg);
      }
      section {
        width: min(44rem, 100%);
        display: grid;
        gap: 1.5rem;
      }
      .steps {
        display: flex;
        justify-content: center;
        gap: clamp(0.4rem, 2vw, 1.6rem);
        font-size: 0.9rem;
        color: var(--muted);
      }
      .steps li {
        display: flex;
        align-items: center;
        gap: 0.45rem;
      }
      .steps span {
        display: grid;
        place-items: center;
        width: 1.7rem;
        height: 1.7rem;
        border-radius: 50%;
        border: 1px solid var(--line-strong);
        font-size: 0.8rem;
      }
      .steps [aria-current] {
        color: var(--text);
        font-weight: 600;
      }
      .steps [aria-current] span,
      .steps .past span {
        background: var(--accent);
        border-color: transparent;
        color: var(--on-accent);
      }
      .stage {
        padding: clamp(1.4rem, 4vw, 2.6rem);
        gap: 1.3rem;
      }
      .hero {
        text-align: center;
        justify-items: center;
      }
      .hero .mark {
        width: 6.5rem;
      }
      .hero p {
        max-width: 32rem;
        text-wrap: pretty;
      }
      .choice {
        display: flex;
        gap: 0.9rem;
        align-items: center;
        padding: 0.9rem 1rem;
        border: 1px solid var(--line);
        border-radius: var(--radius);
        cursor: pointer;
      }
      .choice:has(:checked) {
        border-color: var(--accent);
        background: var(--accent-soft);
      }
      .choice .path {
        font-weight: 600;
      }
      .choice > span:not(.pill) {
        min-width: 0;
        flex: 1;
      }
      .checks li {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: 0.1rem 0.8rem;
      }
      .good {
        color: var(--ok);
      }
      .bad {
        color: var(--danger);
      }
      @media (max-width: 560px) {
        .steps li:not([aria-current]) b {
          display: none;
        }
      }
      .steps b {
        font-weight: inherit;
      }
    `,
  ];

  @state() private setup: Setup | undefined;
  @state() private step: SetupStep = "welcome";
  @state() private problem: Problem | undefined;
  @state() private busy = false;
  @state() private chosen = "";
  @state() private other = "";

  override connectedCallback(): void {
    super.connectedCallback();
    void this.read();
  }

  private async read(): Promise<void> {
    this.problem = undefined;
    try {
      this.take(await engine.setup());
    } catch (error) {
      this.problem = asProblem(error);
    }
  }

  private take(setup: Setup): void {
    this.setup = setup;
    this.step = setup.done ? "done" : setup.step;
    if (!this.chosen) {
      const own = setup.volumes[0]?.root;
      this.chosen = own ?? asFolder(setup.folders[0] ?? "").path;
    }
    void this.updateComplete.then(() => {
      const heading = this.renderRoot.querySelector<HTMLElement>("h1");
      if (heading) heading.tabIndex = -1;
      heading?.focus();
    });
  }

  private async advance(step: SetupStep, more: Record<string, unknown> = {}): Promise<void> {
    this.busy = true;
    this.problem = undefined;
    try {
      this.take(await engine.advanceSetup({ step, ...more }));
    } catch (error) {
      this.problem = asProblem(error);
    }
    this.busy = false;
  }

  private async useFolder(): Promise<void> {
    const path = this.chosen === "other" ? this.other.trim() : this.chosen;
    if (!path) return;
    const adopted = this.setup?.volumes.some((volume) => volume.root === path);
    await this.advance("network", adopted ? {} : { path });
  }

  override render() {
    return html`<section>
      <ol class="steps">
        ${STEPS.map((step, index) => this.mark(step, index))}
      </ol>
      ${this.setup ? this.stage() : this.problem ? problemBox(this.problem, () => void this.read()) : skeletonList()}
    </section>`;
  }

  private mark(step: SetupStep, index: number) {
    const past = STEPS.indexOf(this.step) > index;
    return html`<li
      class=${past ? "past" : ""}
      aria-current=${this.step === step ? "step" : nothing}
    >
      <span>${past ? icon("check") : index + 1}</span><b>${words.setup.steps[step]}</b>
    </li>`;
  }

  private stage(): TemplateResult {
    switch (this.step) {
      case "welcome":
        return this.welcome();
      case "drive":
        return this.drive();
      case "network":
        return this.network();
      case "done":
        return this.done();
    }
  }

  private welcome() {
    return html`<div class="card stack stage hero">
      ${mark()}
      <h1>${words.setup.welcome}</h1>
      <p>${words.setup.welcomeText}</p>
      <p class="muted">${words.setup.private}</p>
      ${formError(this.problem)}
      <div class="row">
        <button class="primary" ?disabled=${this.busy} @click=${() => this.advance("drive")}>
          ${words.setup.begin}
        </button>
        <a class="button quiet" href="#/">${words.setup.later}</a>
      </div>
    </div>`;
  }

  private folders(): { path: string; text: string; used: boolean }[] {
    const setup = this.setup;
    if (!setup) return [];
    const used = setup.volumes.map((volume) => ({
      path: volume.root,
      text: words.setup.free(bytes(volume.free), bytes(volume.size)),
      used: true,
    }));
    const known = new Set(used.map((folder) => folder.path));
    const free = setup.folders
      .map(asFolder)
      .filter((folder) => !known.has(folder.path))
      .map((folder) => ({
        path: folder.path,
        text: folder.size ? words.setup.free(bytes(folder.free), bytes(folder.size)) : "",
        used: false,
      }));
    return [...used, ...free];
  }

  private choice(value: string, title: string, text: string, pill: unknown = nothing) {
    return html`<label class="choice">
      <input
        type="radio"
        name="folder"
        .value=${value}
        .checked=${this.chosen === value}
        @change=${() => (this.chosen = value)}
      />
      <span>
        <span class="path">${title}</span>
        ${text ? html`<br /><span class="muted fine">${text}</span>` : nothing}
      </span>
      ${pill}
    </label>`;
  }

  private drive() {
    return html`<form
      class="card stack stage"
      @submit=${(event: Event) => {
        event.preventDefault();
        void this.useFolder();
      }}
    >
      <h1>${words.setup.drive}</h1>
      <p class="muted">${words.setup.driveText}</p>
      <div class="stack" role="radiogroup" aria-label=${words.setup.drive}>
        ${this.folders().map((folder) =>
          this.choice(
            folder.path,
            folder.path,
            folder.text,
            folder.used ? html`<span class="pill ok">${words.setup.inUse}</span>` : nothing,
          ),
        )}
        ${this.choice("other", words.setup.otherFolder, "")}
      </div>
      ${
        this.chosen === "other"
          ? html`<div class="field">
              <label for="other">${words.storage.path}</label>
              <input
                id="other"
                placeholder="/mnt/films"
                aria-describedby="other-help"
                .value=${this.other}
                @input=${(event: Event) => (this.other = (event.target as HTMLInputElement).value)}
              />
              <span id="other-help" class="muted fine">${words.setup.otherFolderHelp}</span>
            </div>`
          : nothing
      }
      ${formError(this.problem)}
      <div class="row">
        <button
          class="primary"
          ?disabled=${this.busy || !this.chosen || (this.chosen === "other" && !this.other.trim())}
        >
          ${words.setup.useFolder}
        </button>
        <a class="button quiet" href="#/">${words.setup.later}</a>
      </div>
    </form>`;
  }

  private network() {
    const checks = this.setup?.checks ?? [];
    return html`<div class="card stack stage">
      <h1>${words.setup.network}</h1>
      <p class="muted">${words.setup.networkText}</p>
      <ul class="list checks">
        ${checks.map(
          (check) =>
            html`<li>
              <span class=${check.ok ? "good" : "bad"}
                >${icon(check.ok ? "check" : "warning")}</span
              >
              <div>
                <strong>${check.message}</strong>
                <span class="sr">${check.ok ? words.setup.passed : words.setup.attention}</span>
                ${check.hint ? html`<p class="muted fine">${check.hint}</p>` : nothing}
              </div>
            </li>`,
        )}
      </ul>
      ${
        checks.some((check) => !check.ok)
          ? html`<p class="muted fine">${words.setup.goOnAnyway}</p>`
          : nothing
      }
      ${formError(this.problem)}
      <div class="row">
        <button class="primary" ?disabled=${this.busy} @click=${() => this.advance("done")}>
          ${words.setup.next}
        </button>
        <button ?disabled=${this.busy} @click=${() => this.read()}>
          ${icon("refresh")}${words.setup.checkAgain}
        </button>
        <button class="quiet" @click=${() => (this.step = "drive")}>${words.back}</button>
      </div>
    </div>`;
  }

  private done() {
    return html`<div class="card stack stage hero">
      ${mark()}
      <h1>${words.setup.done}</h1>
      <p>${words.setup.doneText}</p>
      <div class="row">
        <button
          class="primary"
          @click=${() => {
            go("/");
            addOpen.set(true);
          }}
        >
          ${icon("add")}${words.setup.addFirst}
        </button>
        <a class="button" href="#/">${words.setup.toLibrary}</a>
      </div>
    </div>`;
  }
}
