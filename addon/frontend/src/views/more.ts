import { css, html } from "lit";
import { customElement } from "lit/decorators.js";
import { entries } from "../routes";
import { isAdmin, mayChange, signOut } from "../stores/session";
import { MtnElement } from "../ui/element";
import { icon } from "../ui/icons";
import "../ui/look";
import { shared } from "../ui/styles";
import { words } from "../words";

/** What the bottom bar of a phone has no room for. */
@customElement("mtn-more")
export class MoreView extends MtnElement {
  static override styles = [
    shared,
    css`
      :host {
        max-width: 44rem;
      }
      .links a {
        display: flex;
        align-items: center;
        gap: 1rem;
        padding: 0.4rem 0;
        font-weight: 550;
        color: inherit;
        text-decoration: none;
      }
    `,
  ];

  override render() {
    const rest = entries
      .filter((entry) => !["library", "downloads", "storage"].includes(entry.section))
      .filter((entry) => !entry.role || (entry.role === "admin" ? isAdmin() : mayChange()));
    return html`<div class="head"><h1>${words.nav.more}</h1></div>
      <div class="stack">
        <ul class="list card links">
          ${rest.map(
            (entry) =>
              html`<li><a href="#${entry.path}">${icon(entry.icon)}${entry.label}</a></li>`,
          )}
        </ul>
        <mtn-look></mtn-look>
        <div>
          <button @click=${signOut}>${words.nav.signOut}</button>
        </div>
      </div>`;
  }
}
