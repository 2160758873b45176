import { asProblem } from "../api/client";
import { Store } from "../core/store";

export interface Toast {
  id: number;
  kind: "info" | "ok" | "error";
  text: string;
  hint?: string;
  action?: { label: string; run: () => void };
}

export const toasts = new Store<readonly Toast[]>([]);
let next = 1;

export function dismiss(id: number): void {
  toasts.set(toasts.value.filter((toast) => toast.id !== id));
}

/** Say something in a corner of the page. Errors stay until they are dismissed. */
export function say(toast: Omit<Toast, "id">): void {
  const id = next++;
  const same = (old: Toast) => old.text === toast.text && old.kind === toast.kind;
  toasts.set([...toasts.value.filter((old) => !same(old)), { ...toast, id }].slice(-4));
  if (toast.kind !== "error") setTimeout(() => dismiss(id), toast.action ? 8_000 : 5_000);
}

export function sayProblem(error: unknown, title?: string): void {
  const problem = asProblem(error);
  say({
    kind: "error",
    text: title ? `${title}: ${problem.message}` : problem.message,
    hint: problem.hint,
  });
}

/** Run something that changes the engine; problems are said. Returns whether it worked. */
export async function attempt(work: () => Promise<unknown>, title?: string): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    sayProblem(error, title);
    return false;
  }
}
