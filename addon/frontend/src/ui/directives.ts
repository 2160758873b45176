import { noChange } from "lit";
import { Directive, directive, PartType, type ElementPart, type PartInfo } from "lit/directive.js";

/**
 * Sets custom properties through the CSSOM: a style attribute would be refused by the
 * Content-Security-Policy that the page is served with.
 */
class Vars extends Directive {
  constructor(info: PartInfo) {
    super(info);
    if (info.type !== PartType.ELEMENT) throw new Error("vars() belongs on an element");
  }

  render(..._values: [Record<string, string | number>]): unknown {
    return noChange;
  }

  override update(part: ElementPart, [values]: [Record<string, string | number>]): unknown {
    const element = part.element as HTMLElement;
    for (const [name, value] of Object.entries(values)) {
      element.style.setProperty(name, String(value));
    }
    return noChange;
  }
}

export const vars = directive(Vars);
