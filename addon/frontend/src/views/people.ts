import { css, html, nothing } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { asProblem, type Problem } from "../api/client";
import { engine } from "../api/engine";
import type { AuditEntry, Pairing, Role, Server, Token, User } from "../api/types";
import { linkAddress } from "../core/base";
import { ago, moment, span } from "../core/format";
import { isAdmin, session, signOut } from "../stores/session";
import { attempt, say } from "../stores/toasts";
import "../ui/confirm";
import "../ui/dialog";
import { Loaded, MtnElement, formError } from "../ui/element";
import { icon } from "../ui/icons";
import { shared } from "../ui/styles";
import { words } from "../words";

const ROLES: Role[] = ["admin", "member", "guest"];

/** "ABCD EFGH", easier to read out. */
export function spaced(code: string): string {
  return code.length === 8 ? `${code.slice(0, 4)} ${code.slice(4)}` : code;
}

/** Who may do what, on which devices, and how another device gets in. */
@customElement("mtn-people")
export class PeopleView extends MtnElement {
  static override styles = [
    shared,
    css`
      :host {
        max-width: 62rem;
      }
      .line {
        display: flex;
        flex-wrap: wrap;
        gap: 0.7rem 1.2rem;
        align-items: center;
        justify-content: space-between;
      }
      .line > :first-child {
        flex: 1 1 12rem;
        min-width: 0;
      }
      select {
        width: auto !important;
      }
      .code {
        font-family: ui-monospace, "DejaVu Sans Mono", monospace;
        font-size: clamp(2rem, 8vw, 3.4rem);
        letter-spacing: 0.12em;
        text-align: center;
        padding: 1rem;
        border-radius: var(--radius);
        background: var(--accent-soft);
        color: var(--accent-text);
      }
      .link {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 0.6rem;
      }
      .roles {
        display: grid;
        gap: 0.5rem;
      }
    `,
  ];

  @state() private pairing: Pairing | undefined;
  @state() private now = Date.now() / 1000;
  @state() private newDeviceRole: Role = "member";
  @state() private dialog: "" | "user" | { remove: User } = "";
  @state() private problem: Problem | undefined;
  @state() private busy = false;
  @state() private audit: AuditEntry[] | undefined;
  @state() private cursor: string | null = null;
  @query("#name") private name!: HTMLInputElement;
  @query("#new-role") private newRole!: HTMLSelectElement;
  private readonly users: Loaded<User[]> = new Loaded(this, () => engine.users());
  private readonly tokens: Loaded<Token[]> = new Loaded(this, () => engine.tokens());
  private readonly server: Loaded<Server> = new Loaded(this, () => engine.server());
  private timer: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    if (!isAdmin()) return;
    void this.users.reload();
    void this.tokens.reload();
    void this.server.reload();
    void this.readAudit();
    this.timer = setInterval(() => this.tick(), 1000);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.timer);
  }

  private tick(): void {
    if (!this.pairing) return;
    this.now = Date.now() / 1000;
    if (Math.floor(this.now) % 3 === 0 && !document.hidden) void this.tokens.reload();
  }

  private async readAudit(more = false): Promise<void> {
    try {
      const page = await engine.audit(more ? (this.cursor ?? undefined) : undefined);
      this.audit = more ? [...(this.audit ?? []), ...page.items] : page.items;
      this.cursor = page.next_cursor;
    } catch (error) {
      this.problem = asProblem(error);
    }
  }

  private async openPairing(): Promise<void> {
    this.busy = true;
    await attempt(async () => {
      this.pairing = await engine.openPairing(this.newDeviceRole);
      this.now = Date.now() / 1000;
    });
    this.busy = false;
  }

  private async closePairing(): Promise<void> {
    this.pairing = undefined;
    await attempt(() => engine.closePairing());
  }

  override render() {
    if (!isAdmin()) return this.own();
    return html`
      <div class="head"><h1>${words.people.title}</h1></div>
      <div class="stack">${this.pair()} ${this.userList()} ${this.devices()} ${this.events()}</div>
      ${this.dialogs()}
    `;
  }

  private own() {
    const role = session.value.role ?? "guest";
    return html`<div class="head"><h1>${words.people.title}</h1></div>
      <section class="card stack">
        <p><strong>${session.value.user?.name}</strong> · ${words.people.roles[role]}</p>
        <p class="muted">${words.people.roleHelp[role]}</p>
        <div>
          <button @click=${signOut}>${words.nav.signOut}</button>
        </div>
      </section>`;
  }

  private pair() {
    const pairing = this.pairing;
    return html`<section class="card stack" aria-labelledby="pair">
      <h2 id="pair">${words.people.pair}</h2>
      ${pairing ? this.code(pairing) : this.chooseRole()}
    </section>`;
  }

  private chooseRole() {
    return html`<p class="muted">${words.people.pairLead}</p>
      <div class="roles" role="radiogroup" aria-label=${words.people.role}>
        ${ROLES.map(
          (role) =>
            html`<label class="check">
              <input
                type="radio"
                name="role"
                .checked=${this.newDeviceRole === role}
                @change=${() => (this.newDeviceRole = role)}
              />
              <span>
                ${words.people.roles[role]}<br />
                <span class="muted fine">${words.people.roleHelp[role]}</span>
              </span>
            </label>`,
        )}
      </div>
      <div>
        <button class="primary" ?disabled=${this.busy} @click=${this.openPairing}>
          ${words.people.showCode}
        </button>
      </div>`;
  }

  private code(pairing: Pairing) {
    const left = pairing.expires_at - this.now;
    const published = this.server.value?.published_address || undefined;
    const link = linkAddress(pairing.link_secret, published);
    if (left <= 0) {
      return html`<p role="status">${words.people.expired}</p>
        ${this.chooseRole()}`;
    }
    return html`<p>${words.people.codeLead}</p>
      <p class="code" role="status">${spaced(pairing.code)}</p>
      <p class="muted num">${words.people.expires(span(left))}</p>
      <div class="field">
        <label for="link">${words.people.link}</label>
        <div class="link">
          <input id="link" readonly .value=${link} />
          <button @click=${() => this.copy(link)}>${words.copy}</button>
        </div>
      </div>
      <div>
        <button @click=${this.closePairing}>${words.people.closeCode}</button>
      </div>`;
  }

  private async copy(text: string): Promise<void> {
    const field = this.renderRoot.querySelector<HTMLInputElement>("#link");
    try {
      await navigator.clipboard.writeText(text);
      say({ kind: "ok", text: words.copied });
    } catch {
      // Without https there is no clipboard; then it is marked for Ctrl + C.
      field?.focus();
      field?.select();
    }
  }

  private userList() {
    const me = session.value.user?.id;
    return html`<section class="card" aria-labelledby="users">
      <div class="row spread">
        <h2 id="users">${words.people.users}</h2>
        <button class="small" @click=${() => this.open("user")}>
          ${icon("add")}${words.people.addUser}
        </button>
      </div>
      ${this.users.show(
        (users) =>
          html`<ul class="list">
            ${users.map(
              (user) =>
                html`<li class="line">
                  <span>
                    <strong>${user.name}</strong>
                    ${user.id === me ? html`<span class="pill">${words.people.you}</span>` : nothing}
                  </span>
                  <select
                    aria-label=${words.people.roleOf(user.name)}
                    @change=${(event: Event) =>
                      this.changeRole(user, (event.target as HTMLSelectElement).value as Role)}
                  >
                    ${ROLES.map(
                      (role) =>
                        html`<option value=${role} ?selected=${role === user.role}>
                          ${words.people.roles[role]}
                        </option>`,
                    )}
                  </select>
                  <button
                    class="quiet only-icon"
                    aria-label="${words.people.deleteUser} ${user.name}"
                    title=${words.people.deleteUser}
                    ?disabled=${user.id === me}
                    @click=${() => this.open({ remove: user })}
                  >
                    ${icon("trash")}
                  </button>
                </li>`,
            )}
          </ul>`,
      )}
    </section>`;
  }

  private open(dialog: "user" | { remove: User }): void {
    this.problem = undefined;
    this.dialog = dialog;
  }

  private async changeRole(user: User, role: Role): Promise<void> {
    await attempt(() => engine.changeUser(user.id, { role }), user.name);
    await this.users.reload();
  }

  private devices() {
    const people = new Map(this.users.value?.map((user) => [user.id, user.name]));
    return html`<section class="card" aria-labelledby="devices">
      <h2 id="devices">${words.people.devices}</h2>
      ${this.tokens.show(
        (tokens) =>
          html`<ul class="list">
            ${tokens.map(
              (token) =>
                html`<li class="line">
                  <div>
                    <strong>${token.name}</strong>
                    <p class="muted fine">
                      ${[
                        people.get(token.user_id),
                        words.people.roles[token.role],
                        token.used_at
                          ? words.people.lastUsed(ago(token.used_at))
                          : words.people.neverUsed,
                      ]
                        .filter(Boolean)
                        .join(" · ")}
                    </p>
                  </div>
                  ${
                    token.id === session.value.tokenId
                      ? html`<span class="pill">${words.people.thisDevice}</span>`
                      : html`<button
                          class="small"
                          aria-label=${words.people.revokeOf(token.name)}
                          @click=${() => this.revoke(token)}
                        >
                          ${words.people.revoke}
                        </button>`
                  }
                </li>`,
            )}
          </ul>`,
      )}
    </section>`;
  }

  private async revoke(token: Token): Promise<void> {
    await attempt(() => engine.revoke(token.id), token.name);
    if (session.value.state === "in") await this.tokens.reload();
  }

  private events() {
    const people = new Map(this.users.value?.map((user) => [user.id, user.name]));
    return html`<section class="card" aria-labelledby="audit">
      <h2 id="audit">${words.people.audit}</h2>
      ${
        this.audit?.length
          ? html`<div class="scroll-x" role="group" aria-labelledby="audit" tabindex="0">
                <table>
                  <tbody>
                    ${this.audit.map(
                      (entry) =>
                        html`<tr>
                          <td class="num muted">${moment(entry.at)}</td>
                          <td>
                            ${words.people.events[entry.event] ?? entry.event.replaceAll("_", " ")}
                          </td>
                          <td>${people.get(entry.user_id) ?? ""}</td>
                          <td>${entry.address}</td>
                          <td class="muted">${entry.detail}</td>
                        </tr>`,
                    )}
                  </tbody>
                </table>
              </div>
              ${
                this.cursor
                  ? html`<p>
                      <button class="small" @click=${() => this.readAudit(true)}>
                        ${words.showMore}
                      </button>
                    </p>`
                  : nothing
              }`
          : html`<p class="muted">${words.people.auditEmpty}</p>`
      }
    </section>`;
  }

  private async addUser(event: Event): Promise<void> {
    event.preventDefault();
    this.busy = true;
    this.problem = undefined;
    try {
      await engine.createUser(this.name.value.trim(), this.newRole.value as Role);
      this.dialog = "";
      await this.users.reload();
    } catch (error) {
      this.problem = asProblem(error);
    }
    this.busy = false;
  }

  private dialogs() {
    const closed = () => (this.dialog = "");
    if (this.dialog === "user") {
      return html`<mtn-dialog heading=${words.people.addUserTitle} @closed=${closed}>
        <form class="stack" @submit=${this.addUser}>
          <div class="field">
            <label for="name">${words.people.userName}</label>
            <input
              id="name"
              data-focus
              maxlength="60"
              aria-invalid=${this.problem ? "true" : "false"}
            />
          </div>
          <div class="field">
            <label for="new-role">${words.people.role}</label>
            <select id="new-role">
              ${ROLES.map(
                (role) =>
                  html`<option value=${role} ?selected=${role === "member"}>
                    ${words.people.roles[role]}
                  </option>`,
              )}
            </select>
          </div>
          ${formError(this.problem)}
        </form>
        <button slot="actions" class="primary" ?disabled=${this.busy} @click=${this.addUser}>
          ${words.save}
        </button>
      </mtn-dialog>`;
    }
    if (this.dialog) {
      const user = this.dialog.remove;
      return html`<mtn-confirm
        heading=${words.people.deleteUserTitle(user.name)}
        text=${words.people.deleteUserText}
        button=${words.people.deleteUserButton}
        .run=${async () => {
          await engine.deleteUser(user.id);
          await Promise.all([this.users.reload(), this.tokens.reload()]);
        }}
        @closed=${closed}
      ></mtn-confirm>`;
    }
    return nothing;
  }
}
