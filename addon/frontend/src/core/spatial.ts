/** Moves the focus with the arrow keys, as a remote control does. */

type Direction = "ArrowUp" | "ArrowDown" | "ArrowLeft" | "ArrowRight";

const FOCUSABLE =
  'a[href], button:not([disabled]), input:not([disabled]), select:not([disabled]), textarea:not([disabled]), [tabindex="0"]';

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** The element that has the focus, looking into shadow roots. */
export function activeElement(): Element | null {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active;
}

/** The children of a node as they are laid out: shadow roots and slots opened. */
export function flatChildren(node: ParentNode): Element[] {
  if (node instanceof HTMLSlotElement) {
    const assigned = node.assignedElements();
    return assigned.length ? assigned : [...node.children];
  }
  if (node instanceof Element && node.shadowRoot) return [...node.shadowRoot.children];
  return [...node.children];
}

/** All focusable elements below `root`, in order, looking into shadow roots. */
export function focusables(root: ParentNode): HTMLElement[] {
  const found: HTMLElement[] = [];
  const walk = (node: ParentNode) => {
    for (const child of flatChildren(node)) {
      if (child instanceof HTMLElement) {
        if (child.inert || child.hidden) continue;
        if (child instanceof HTMLDialogElement && !child.open) continue;
        if (child.matches(FOCUSABLE) && child.tabIndex >= 0) found.push(child);
      }
      walk(child);
    }
  };
  walk(root);
  return found;
}

/**
 * How far `to` is from `from` in this direction; Infinity when it does not lie there. Being
 * beside the line counts double, so that rows and columns are kept.
 */
export function distance(from: Box, to: Box, direction: Direction): number {
  const overlap = (a1: number, a2: number, b1: number, b2: number) =>
    Math.max(0, Math.max(a1, b1) - Math.min(a2, b2));
  const slack = 2;
  let ahead: number;
  let beside: number;
  if (direction === "ArrowLeft" || direction === "ArrowRight") {
    const right = direction === "ArrowRight";
    const leads = right ? to.left >= from.right - slack : to.right <= from.left + slack;
    if (!leads) return Infinity;
    ahead = right ? to.left - from.right : from.left - to.right;
    beside = overlap(from.top, from.bottom, to.top, to.bottom);
  } else {
    const down = direction === "ArrowDown";
    const leads = down ? to.top >= from.bottom - slack : to.bottom <= from.top + slack;
    if (!leads) return Infinity;
    ahead = down ? to.top - from.bottom : from.top - to.bottom;
    beside = overlap(from.left, from.right, to.left, to.right);
  }
  const centre =
    Math.abs(from.left + from.right - to.left - to.right) +
    Math.abs(from.top + from.bottom - to.top - to.bottom);
  return Math.max(0, ahead) + beside * 2 + centre * 0.01;
}

function visible(element: HTMLElement, box: DOMRect): boolean {
  return box.width > 0 && box.height > 0 && element.checkVisibility({ visibilityProperty: true });
}

/** The nearest focusable element in this direction. */
export function nearest(from: Element, direction: Direction, root: ParentNode): HTMLElement | null {
  const start = from.getBoundingClientRect();
  let best: HTMLElement | null = null;
  let least = Infinity;
  for (const candidate of focusables(root)) {
    if (candidate === from) continue;
    const box = candidate.getBoundingClientRect();
    const far = distance(start, box, direction);
    if (far < least && visible(candidate, box)) {
      least = far;
      best = candidate;
    }
  }
  return best;
}

/** Whether this element needs the arrow keys itself. */
export function ownsArrows(element: Element, direction: string): boolean {
  const sideways = direction === "ArrowLeft" || direction === "ArrowRight";
  if (element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement) return true;
  if (element instanceof HTMLInputElement) {
    if (["checkbox", "button", "submit", "file"].includes(element.type)) return false;
    if (["radio", "number"].includes(element.type)) return true;
    return sideways;
  }
  return element.closest("[data-arrows]") !== null;
}

/** The topmost open dialog, else the whole page. */
function openDialog(): ParentNode {
  let top: ParentNode = document.body;
  const walk = (node: ParentNode) => {
    for (const child of flatChildren(node)) {
      if (child instanceof HTMLDialogElement && child.open) top = child;
      walk(child);
    }
  };
  walk(document.body);
  return top;
}

export function startSpatial(): void {
  window.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey)
      return;
    if (!event.key.startsWith("Arrow")) return;
    const direction = event.key as Direction;
    const active = activeElement();
    const tv = document.documentElement.dataset.screen === "tv";
    if (!active || active === document.body) {
      if (!tv) return;
      const first = focusables(openDialog())[0];
      if (first) {
        event.preventDefault();
        first.focus();
      }
      return;
    }
    if (ownsArrows(active, direction)) return;
    // A heading that got the focus on arrival should not take scrolling away from a desk.
    if (!tv && !active.matches(FOCUSABLE)) return;
    const target = nearest(active, direction, openDialog());
    if (!target) return;
    event.preventDefault();
    target.focus({ preventScroll: true });
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    target.scrollIntoView({
      block: "nearest",
      inline: "nearest",
      behavior: calm ? "auto" : "smooth",
    });
  });
}
