import { css, html, nothing } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { asProblem, type Problem } from "../api/client";
import { documentTitle, go, place } from "../core/router";
import { Watch } from "../core/store";
import { deviceName, session, signInWithCode, signInWithLink } from "../stores/session";
import { MtnElement, formError } from "../ui/element";
import { mark } from "../ui/icons";
import { shared } from "../ui/styles";
import { words } from "../words";

/** A pairing code as people type it: any case, with blanks or dashes. */
export function cleanCode(text: string): string {
  return text.toUpperCase().replace(/[^0-9A-Z]/g, "");
}

@customElement("mtn-sign-in")
export class SignIn extends MtnElement {
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
          radial-gradient(ellipse 70rem 34rem at 50% -6rem, var(--bg-glow), transparent 70%),
          var(--bg);
      }
      section {
        width: min(27rem, 100%);
        display: grid;
        gap: 1.4rem;
      }
      .brand {
        display: grid;
        justify-items: center;
        gap: 0.4rem;
        text-align: center;
      }
      .mark {
        width: 5.5rem;
      }
      .code {
        font-family: ui-monospace, "DejaVu Sans Mono", monospace;
        font-size: 1.6rem;
        letter-spacing: 0.28em;
        text-align: center;
        text-transform: uppercase;
        min-height: 3.6rem !important;
      }
      form {
        padding: 1.5rem;
      }
    `,
  ];

  @state() private busy = false;
  @state() private problem: Problem | undefined;
  @state() private linkFailed = false;
  @state() private tooShort = false;
  @query("#code") private code!: HTMLInputElement | null;
  @query("#device") private device!: HTMLInputElement;

  constructor() {
    super();
    new Watch(this, session);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    documentTitle(words.signIn.title);
    const secret = /^\/link\/(.+)$/.exec(place.value.path)?.[1];
    if (secret) void this.useLink(decodeURIComponent(secret));
    else void this.updateComplete.then(() => this.code?.focus());
  }

  private async useLink(secret: string): Promise<void> {
    this.busy = true;
    // The secret leaves the address bar and the history before it is used.
    go("/", true);
    try {
      await signInWithLink(secret, deviceName());
    } catch (error) {
      this.problem = asProblem(error);
      this.linkFailed = this.problem.code !== "unreachable";
    }
    this.busy = false;
  }

  private async submit(event: Event): Promise<void> {
    event.preventDefault();
    const code = cleanCode(this.code?.value ?? "");
    this.tooShort = code.length !== 8;
    this.problem = undefined;
    this.linkFailed = false;
    if (this.tooShort) {
      this.code?.focus();
      return;
    }
    this.busy = true;
    try {
      await signInWithCode(code, this.device.value.trim() || deviceName());
    } catch (error) {
      this.problem = asProblem(error);
      this.code?.select();
    }
    this.busy = false;
  }

  override render() {
    const reason = session.value.reason;
    return html`<section>
      <div class="brand">
        ${mark()}
        <h1>${words.name}</h1>
      </div>
      <div role="status">
        ${
          this.busy && !this.code?.value
            ? html`<p class="muted">${words.signIn.linkBusy}</p>`
            : reason && !this.problem
              ? html`<p>${reason}</p>`
              : nothing
        }
      </div>
      <form class="card stack" novalidate @submit=${this.submit}>
        <p class="muted">${words.signIn.lead}</p>
        <div class="field">
          <label for="code">${words.signIn.code}</label>
          <input
            id="code"
            class="code"
            name="code"
            autocomplete="one-time-code"
            autocapitalize="characters"
            spellcheck="false"
            maxlength="12"
            required
            aria-describedby="code-help"
            aria-invalid=${this.tooShort || this.problem ? "true" : "false"}
          />
          <span id="code-help" class="fine ${this.tooShort ? "error" : "muted"}"
            >${this.tooShort ? words.signIn.short : words.signIn.codeHelp}</span
          >
        </div>
        <div class="field">
          <label for="device">${words.signIn.device}</label>
          <input
            id="device"
            name="device"
            autocomplete="off"
            maxlength="60"
            .value=${deviceName()}
            aria-describedby="device-help"
          />
          <span id="device-help" class="fine muted">${words.signIn.deviceHelp}</span>
        </div>
        ${
          this.linkFailed
            ? html`<div role="alert">
                <p class="error">${words.signIn.linkFailed} ${this.problem?.message ?? ""}</p>
                <p class="muted fine">${this.problem?.hint || words.signIn.linkFailedHint}</p>
              </div>`
            : formError(this.problem)
        }
        <button class="primary" ?disabled=${this.busy}>
          ${this.busy ? words.signIn.busy : words.signIn.button}
        </button>
      </form>
    </section>`;
  }
}
