import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { asProblem, type Problem } from "../api/client";
import "./dialog";
import { MtnElement, formError } from "./element";

/** Asks before something that cannot easily be undone; keeps the problem if it fails. */
@customElement("mtn-confirm")
export class Confirm extends MtnElement {
  @property() heading = "";
  @property() text = "";
  @property() button = "";
  @property({ attribute: false }) run!: () => Promise<unknown>;
  @state() private busy = false;
  @state() private problem: Problem | undefined;

  private async go(): Promise<void> {
    this.busy = true;
    this.problem = undefined;
    try {
      await this.run();
      this.emit("closed");
    } catch (error) {
      this.problem = asProblem(error);
    }
    this.busy = false;
  }

  override render() {
    return html`<mtn-dialog heading=${this.heading}>
      ${this.text ? html`<p>${this.text}</p>` : nothing}
      <slot></slot>
      ${formError(this.problem)}
      <button slot="actions" class="danger" ?disabled=${this.busy} @click=${this.go}>
        ${this.button}
      </button>
    </mtn-dialog>`;
  }
}
