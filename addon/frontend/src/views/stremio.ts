import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { engine } from "../api/engine";
import type { StremioLink } from "../api/types";
import { ago } from "../core/format";
import { isAdmin } from "../stores/session";
import { attempt, say } from "../stores/toasts";
import "../ui/confirm";
import { Loaded, MtnElement } from "../ui/element";
import { icon } from "../ui/icons";
import { shared } from "../ui/styles";
import { words } from "../words";

/** Whether Stremio takes this link anywhere: if not, that is said before the link. */
const works = (link: StremioLink) => link.secure || link.this_machine;

/** One's own link for Stremio, and where it works. */
@customElement("mtn-stremio")
export class StremioView extends MtnElement {
  static override styles = [
    shared,
    css`
      :host {
        max-width: 52rem;
      }
      .link {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 0.6rem;
      }
      ul {
        display: grid;
        gap: 0.5rem;
        padding-left: 1.2rem;
        list-style: disc;
      }
    `,
  ];

  @state() private busy = false;
  @state() private dialog: "" | "renew" | "end" = "";
  private readonly link: Loaded<StremioLink> = new Loaded(this, () => engine.stremio());

  override connectedCallback(): void {
    super.connectedCallback();
    void this.link.reload();
  }

  private readonly make = async (): Promise<void> => {
    this.busy = true;
    await attempt(async () => {
      this.link.value = await engine.makeStremio();
    });
    this.busy = false;
  };

  private async copy(text: string): Promise<void> {
    await attempt(async () => {
      await navigator.clipboard.writeText(text);
      say({ kind: "ok", text: words.copied });
    });
  }

  override render() {
    return html`<div class="head"><h1>${words.stremio.title}</h1></div>
      <div class="stack">
        <p class="muted">${words.stremio.lead}</p>
        ${this.link.show((link) =>
          works(link)
            ? html`${this.own(link)} ${this.reach(link)}`
            : html`${this.reach(link)} ${this.own(link)}`,
        )}
      </div>
      ${this.dialogs()}`;
  }

  private own(link: StremioLink) {
    if (!link.active) {
      return html`<section class="card stack">
        <p>${words.stremio.none}</p>
        <div>
          <button class="primary" ?disabled=${this.busy} @click=${this.make}>
            ${words.stremio.make}
          </button>
        </div>
      </section>`;
    }
    return html`<section class="card stack" aria-labelledby="own">
      <h2 id="own">${words.stremio.own}</h2>
      <div class="row">
        <a class=${works(link) ? "button primary" : "button"} href=${link.install_url}
          >${words.stremio.install}</a
        >
        <a class="button" href=${link.web_url} target="_blank" rel="noreferrer">
          ${words.stremio.web}
        </a>
      </div>
      <div class="field">
        <label for="url">${words.stremio.paste}</label>
        <div class="link">
          <input id="url" readonly .value=${link.url} />
          <button @click=${() => this.copy(link.url)}>${words.copy}</button>
        </div>
      </div>
      <p class="muted fine">
        ${words.stremio.secret}
        ${link.used_at ? words.stremio.used(ago(link.used_at)) : words.stremio.unused}
      </p>
      <div class="row">
        <button @click=${() => (this.dialog = "renew")}>${words.stremio.renew}</button>
        <button @click=${() => (this.dialog = "end")}>${words.stremio.end}</button>
      </div>
    </section>`;
  }

  /** Stremio takes https, and http from its own machine; whoever has neither is told before. */
  private reach(link: StremioLink) {
    const text = link.secure
      ? words.stremio.secure
      : link.this_machine
        ? words.stremio.thisMachine
        : words.stremio.plain;
    return html`<section class="card stack" aria-labelledby="reach">
      <h2 id="reach" class="row">
        ${link.secure ? icon("check") : icon("warning")} ${words.stremio.where}
      </h2>
      <p>${text}</p>
      ${
        link.secure
          ? nothing
          : html`<ul>
                ${words.stremio.helps.map((help) => html`<li>${help}</li>`)}
              </ul>
              ${
                isAdmin()
                  ? html`<div>
                      <a class="button" href="#/settings">${words.stremio.settings}</a>
                    </div>`
                  : nothing
              }`
      }
    </section>`;
  }

  private dialogs() {
    if (!this.dialog) return nothing;
    const renew = this.dialog === "renew";
    return html`<mtn-confirm
      heading=${renew ? words.stremio.renewTitle : words.stremio.endTitle}
      text=${renew ? words.stremio.renewText : words.stremio.endText}
      button=${renew ? words.stremio.renewButton : words.stremio.endButton}
      .run=${async () => {
        if (renew) this.link.value = await engine.makeStremio();
        else {
          await engine.endStremio();
          await this.link.reload();
        }
      }}
      @closed=${() => (this.dialog = "")}
    ></mtn-confirm>`;
  }
}
