import { css, html } from "lit";
import { customElement } from "lit/decorators.js";
import { engine } from "../api/engine";
import type { Server } from "../api/types";
import { session, signOut } from "../stores/session";
import { Loaded, MtnElement } from "../ui/element";
import "../ui/look";
import { shared } from "../ui/styles";
import { words } from "../words";

@customElement("mtn-about")
export class AboutView extends MtnElement {
  static override styles = [
    shared,
    css`
      :host {
        max-width: 52rem;
      }
      kbd {
        font-family: inherit;
        font-size: 0.85rem;
        font-weight: 600;
        padding: 0.1rem 0.55rem;
        border: 1px solid var(--line);
        border-radius: 6px;
        background: var(--raised);
        white-space: nowrap;
      }
    `,
  ];

  private readonly server: Loaded<Server> = new Loaded(this, () => engine.server());

  override connectedCallback(): void {
    super.connectedCallback();
    void this.server.reload();
  }

  override render() {
    const user = session.value.user;
    const role = session.value.role;
    return html`<div class="head"><h1>${words.about.title}</h1></div>
      <div class="stack">
        ${this.server.show(
          (server) =>
            html`<section class="card">
              <h2>${server.name}</h2>
              <dl class="facts">
                <dt>${words.about.version}</dt>
                <dd>${server.version}</dd>
                <dt>${words.about.published}</dt>
                <dd>${server.published_address || words.none}</dd>
                <dt>${words.about.addresses}</dt>
                <dd>${server.addresses.map((address) => html`<div>${address}</div>`)}</dd>
                <dt>${words.about.id}</dt>
                <dd>${server.server_id}</dd>
                <dt>${words.about.signedInAs}</dt>
                <dd>${user?.name}${role ? ` (${words.people.roles[role]})` : ""}</dd>
                <dt>${words.about.licence}</dt>
                <dd>${words.about.licenceText}</dd>
              </dl>
            </section>`,
        )}
        <mtn-look></mtn-look>
        <section class="card">
          <h2>${words.about.keys}</h2>
          <dl class="facts">
            ${words.about.keyList.map(
              ([key, text]) =>
                html`<dt><kbd>${key}</kbd></dt>
                  <dd>${text}</dd>`,
            )}
          </dl>
        </section>
        <p class="muted">${words.about.promise}</p>
        <div>
          <button @click=${signOut}>${words.nav.signOut}</button>
        </div>
      </div>`;
  }
}
