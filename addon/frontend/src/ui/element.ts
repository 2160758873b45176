import { LitElement, html, nothing, type TemplateResult } from "lit";
import { asProblem, type Problem } from "../api/client";
import { words } from "../words";
import { icon } from "./icons";
import { shared } from "./styles";

/** Base of all elements: the shared sheet, and a way to tell the surroundings. */
export class MtnElement extends LitElement {
  static override styles = [shared];

  protected emit(name: string, detail?: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

/** What went wrong, in words, with the next step. */
export function problemBox(problem: Problem, retry?: () => void): TemplateResult {
  return html`<div class="card stack" role="alert">
    <div class="row">
      <span class="error">${icon("warning")}</span>
      <strong>${problem.message}</strong>
    </div>
    ${problem.hint ? html`<p class="muted">${problem.hint}</p>` : nothing}
    ${
      retry
        ? html`<div><button @click=${retry}>${icon("refresh")}${words.retry}</button></div>`
        : nothing
    }
  </div>`;
}

/** A short remark below a form. */
export function formError(problem: Problem | undefined): TemplateResult {
  return html`<div role="alert">
    ${
      problem
        ? html`<p class="error">${problem.message}</p>
            ${problem.hint ? html`<p class="muted fine">${problem.hint}</p>` : nothing}`
        : nothing
    }
  </div>`;
}

/** Holds what a view reads from the engine: nothing yet, the answer, or a problem. */
export class Loaded<T> {
  value: T | undefined;
  problem: Problem | undefined;
  private turn = 0;

  constructor(
    private readonly host: LitElement,
    private readonly read: () => Promise<T>,
  ) {}

  /** Read again. What was there stays visible meanwhile; the last call wins. */
  reload = async (): Promise<void> => {
    const turn = ++this.turn;
    try {
      const value = await this.read();
      if (turn !== this.turn) return;
      this.value = value;
      this.problem = undefined;
    } catch (error) {
      if (turn !== this.turn) return;
      this.problem = asProblem(error);
    }
    this.host.requestUpdate();
  };

  clear(): void {
    this.turn++;
    this.value = undefined;
    this.problem = undefined;
  }

  show(ready: (value: T) => unknown, waiting: () => unknown = skeletonList): unknown {
    if (this.value !== undefined) return ready(this.value);
    if (this.problem) return problemBox(this.problem, () => void this.reload());
    return waiting();
  }
}

export function skeletonList(): TemplateResult {
  return html`<div class="stack" aria-busy="true">
    <span class="sr">${words.loading}</span>
    ${[0, 1, 2].map(() => html`<div class="card skeleton">&nbsp;<br />&nbsp;</div>`)}
  </div>`;
}
