import { authorise, Problem } from "../api/client";
import { engine } from "../api/engine";
import type { Role, SignIn, User } from "../api/types";
import { Store } from "../core/store";
import { words } from "../words";

const KEY = "matinee.token";

export interface Session {
  state: "unknown" | "out" | "in";
  user?: User;
  role?: Role;
  tokenId?: string;
  /** Why nobody is signed in, in words. */
  reason?: string;
}

export const session = new Store<Session>({ state: "unknown" });
let token = "";

function remember(value: string): void {
  token = value;
  try {
    if (value) localStorage.setItem(KEY, value);
    else localStorage.removeItem(KEY);
  } catch {
    // Without storage the sign-in lasts as long as the page.
  }
}

export function currentToken(): string {
  return token;
}

export function isAdmin(): boolean {
  return session.value.role === "admin";
}

/** Members and administrators; guests only watch. */
export function mayChange(): boolean {
  return session.value.role === "admin" || session.value.role === "member";
}

function signedOut(): void {
  leave(words.signIn.expired);
}

/** Forget the token on this device. */
export function leave(reason: string): void {
  remember("");
  authorise("");
  session.set({ state: "out", reason });
}

/** End this device's access, on the engine too where it can be reached. */
export async function signOut(): Promise<void> {
  try {
    await engine.giveBack(token);
  } catch {
    // Then an administrator can end it in the list of devices.
  }
  leave(words.signIn.signedOut);
}

function enter(answer: SignIn): void {
  remember(answer.token);
  authorise(answer.token, signedOut);
  session.set({ state: "in", user: answer.user, role: answer.role });
  engine.me().then(
    (me) => session.set({ ...session.value, tokenId: me.token_id }),
    () => undefined,
  );
}

export async function signInWithCode(code: string, device: string): Promise<void> {
  enter(await engine.pair(code, device));
}

export async function signInWithLink(secret: string, device: string): Promise<void> {
  enter(await engine.useLink(secret, device));
}

/** Take up the token of an earlier visit. Throws when the engine cannot be reached. */
export async function resumeSession(): Promise<void> {
  try {
    token = localStorage.getItem(KEY) ?? "";
  } catch {
    token = "";
  }
  if (!token) {
    session.set({ state: "out" });
    return;
  }
  authorise(token, signedOut);
  try {
    const me = await engine.me();
    session.set({ state: "in", user: me.user, role: me.role, tokenId: me.token_id });
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return;
    throw error;
  }
}

/** A name for this device that a person recognises in the list, such as "Chrome on Windows". */
export function deviceName(agent = navigator.userAgent): string {
  const browser = /(Edg|OPR|Firefox|Chrome|Safari)\//.exec(agent)?.[1] ?? words.signIn.browser;
  const system =
    /(Android|iPhone|iPad|Windows|Mac OS X|CrOS|Tizen|Web0S|Linux)/.exec(agent)?.[1] ?? "";
  const names: Record<string, string> = {
    Edg: "Edge",
    OPR: "Opera",
    "Mac OS X": "Mac",
    CrOS: "Chromebook",
    Web0S: "LG TV",
    Tizen: "Samsung TV",
  };
  const name = names[browser] ?? browser;
  return system ? words.signIn.deviceName(name, names[system] ?? system) : name;
}
