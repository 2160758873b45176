import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { asProblem, type Problem } from "../api/client";
import { engine } from "../api/engine";
import type { SettingItem, SettingValue } from "../api/types";
import { settingsChanges } from "../stores/live";
import { isAdmin } from "../stores/session";
import { Loaded, MtnElement } from "../ui/element";
import "../ui/empty";
import { icon } from "../ui/icons";
import "../ui/setting-field";
import { shared } from "../ui/styles";
import { words } from "../words";

/** The settings that fit a search, hidden groups and the advanced switch left out. */
export function fitting(items: SettingItem[], search: string, advanced: boolean): SettingItem[] {
  const needles = search.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return items.filter((item) => {
    if (item.group === "setup") return false;
    if (item.advanced && !advanced && !needles.length) return false;
    const text = `${item.title} ${item.help} ${item.key} ${item.group}`.toLocaleLowerCase();
    return needles.every((needle) => text.includes(needle));
  });
}

/** In the order in which their groups first appear. */
export function grouped(items: SettingItem[]): [string, SettingItem[]][] {
  const groups = new Map<string, SettingItem[]>();
  for (const item of items) groups.set(item.group, [...(groups.get(item.group) ?? []), item]);
  return [...groups];
}

/** All settings, rendered from what the engine says about them. */
@customElement("mtn-settings")
export class SettingsView extends MtnElement {
  static override styles = [
    shared,
    css`
      :host {
        max-width: 62rem;
      }
      .tools {
        display: flex;
        flex-wrap: wrap;
        gap: 0.8rem 1.4rem;
        align-items: center;
        margin-bottom: 1.4rem;
      }
      .search {
        position: relative;
        flex: 1 1 14rem;
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
      .tools .check {
        align-items: center;
      }
      .tools .check input {
        margin: 0;
      }
      section {
        margin-bottom: 1.4rem;
      }
    `,
  ];

  @state() private search = "";
  @state() private advanced = false;
  @state() private problems = new Map<string, Problem>();
  @state() private savedKey = "";
  private readonly settings: Loaded<SettingItem[]> = new Loaded(
    this,
    async () => (await engine.settings()).items,
  );
  private stop: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.stop = settingsChanges.subscribe(() => void this.settings.reload());
    void this.settings.reload();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stop?.();
  }

  private async change(key: string, value: SettingValue): Promise<void> {
    this.savedKey = "";
    const problems = new Map(this.problems);
    problems.delete(key);
    try {
      await engine.changeSettings({ [key]: value });
      this.savedKey = key;
    } catch (error) {
      problems.set(key, asProblem(error));
    }
    this.problems = problems;
    await this.settings.reload();
  }

  override render() {
    return html`
      <div class="head"><h1>${words.settings.title}</h1></div>
      <search class="tools">
        <div class="search">
          ${icon("search")}
          <input
            type="search"
            aria-label=${words.settings.search}
            placeholder=${words.settings.search}
            @input=${(event: Event) => (this.search = (event.target as HTMLInputElement).value)}
          />
        </div>
        <label class="check">
          <input
            type="checkbox"
            @change=${(event: Event) =>
              (this.advanced = (event.target as HTMLInputElement).checked)}
          />
          <span>${words.settings.advanced}</span>
        </label>
      </search>
      ${isAdmin() ? nothing : html`<p class="muted">${words.settings.adminOnly}</p>`}
      ${this.settings.show((items) => this.groups(fitting(items, this.search, this.advanced)))}
    `;
  }

  private groups(items: SettingItem[]) {
    if (!items.length) {
      return html`<mtn-empty
        heading=${words.settings.none}
        text=${words.settings.noneText}
      ></mtn-empty>`;
    }
    return grouped(items).map(
      ([group, members]) =>
        html`<section class="card" aria-labelledby="group-${group}">
          <h2 id="group-${group}">${words.settings.groups[group] ?? group}</h2>
          <ul class="list">
            ${repeat(
              members,
              (item) => item.key,
              (item) =>
                html`<li>
                  <mtn-setting
                    .item=${item}
                    .problem=${this.problems.get(item.key)}
                    .saved=${this.savedKey === item.key}
                    ?disabled=${!isAdmin()}
                    @setting=${(event: CustomEvent<SettingValue>) =>
                      this.change(item.key, event.detail)}
                  ></mtn-setting>
                </li>`,
            )}
          </ul>
        </section>`,
    );
  }
}
