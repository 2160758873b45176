import { Store } from "./store";

export type Theme = "auto" | "light" | "dark";
export type Screen = "auto" | "desk" | "tv";

const THEME = "matinee.theme";
const SCREEN = "matinee.screen";
const TV_AGENT =
  /\b(Web0S|Tizen|SMART-TV|SmartTV|BRAVIA|GoogleTV|Android TV|AFT[A-Z]|CrKey|HbbTV)\b/;

function read<T extends string>(key: string, allowed: readonly T[], otherwise: T): T {
  try {
    const value = localStorage.getItem(key) as T | null;
    return value && allowed.includes(value) ? value : otherwise;
  } catch {
    return otherwise;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Storage may be refused in private windows; then it lasts until the page is closed.
  }
}

export const theme = new Store<Theme>("auto");
export const screen = new Store<Screen>("auto");
/** Whether the page is laid out for a television now. */
export const television = new Store(false);

function apply(): void {
  const root = document.documentElement;
  if (theme.value === "auto") delete root.dataset.theme;
  else root.dataset.theme = theme.value;
  const tv =
    screen.value === "tv" || (screen.value === "auto" && TV_AGENT.test(navigator.userAgent));
  showTelevision(tv);
}

function showTelevision(on: boolean): void {
  if (on) document.documentElement.dataset.screen = "tv";
  else delete document.documentElement.dataset.screen;
  television.set(on);
}

export function setTheme(value: Theme): void {
  write(THEME, value);
  theme.set(value);
  apply();
}

export function setScreen(value: Screen): void {
  write(SCREEN, value);
  screen.set(value);
  apply();
}

/**
 * Apply the stored choices. On a large screen whose first input is an arrow key, it is a remote
 * control: lay the page out for a television.
 */
export function startLook(): void {
  theme.set(read<Theme>(THEME, ["auto", "light", "dark"], "auto"));
  screen.set(read<Screen>(SCREEN, ["auto", "desk", "tv"], "auto"));
  apply();
  const stop = new AbortController();
  const options = { signal: stop.signal, capture: true };
  window.addEventListener("pointermove", () => stop.abort(), options);
  window.addEventListener("pointerdown", () => stop.abort(), options);
  window.addEventListener(
    "keydown",
    (event) => {
      if (event.key.startsWith("Arrow") && screen.value === "auto" && innerWidth >= 1600) {
        showTelevision(true);
      }
      stop.abort();
    },
    options,
  );
}
