import type { Page } from "@playwright/test";

/**
 * What is wrong with the layout of what the window shows now, one line a fault: a page wider than
 * the window, text that is cut without an ellipsis, and buttons, tabs or headings over one another.
 * What scrolls by itself, or is hidden from the eye, is left alone.
 */
export function layoutFaults(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const faults: string[] = [];
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) faults.push(`the page is ${scrollWidth - clientWidth} px wider`);

    // A dialog, a list or a menu covers what lies below it.
    const top = Array.from(document.querySelectorAll('[role="dialog"], [role="menu"]'))
      .filter((each) => each.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
      .at(-1);
    const root = top ?? document.body;
    // Graphs are scaled to their frame; pictures made of letters may be cut.
    const ignored = ".react-flow, svg, [aria-hidden=true], noscript, script, style";
    const told = (element: Element) =>
      `${element.tagName.toLowerCase()}.${element.className.slice(0, 40)}`;

    /** How far the box reaches over what cuts it; 0 where it scrolls, ends in "…" or is whole. */
    const cutBy = (element: Element, box: DOMRect): number => {
      for (let at: Element | null = element; at; at = at.parentElement) {
        const { display, overflowX, textOverflow } = getComputedStyle(at);
        if (overflowX === "visible" || display === "inline" || display === "contents") continue;
        if (overflowX === "auto" || overflowX === "scroll" || textOverflow === "ellipsis") return 0;
        const edge = at.getBoundingClientRect();
        // What is for screen readers only is a pixel high.
        if (Math.min(edge.width, edge.height) <= 1) return 0;
        const over = Math.max(box.right - edge.right, edge.left - box.left);
        if (over > 1.5) return over;
      }
      return Math.max(0, box.right - window.innerWidth);
    };

    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      const text = node.textContent?.trim() ?? "";
      if (!element || text === "" || element.closest(ignored)) continue;
      if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const box of range.getClientRects()) {
        const over = cutBy(element, box);
        if (over > 1.5) faults.push(`${Math.round(over)} px of "${text}" cut in ${told(element)}`);
      }
    }

    /** What is to be seen of a part: of a heading its words, as its box takes the whole line. */
    const seenOf = (part: Element) => {
      const range = document.createRange();
      range.selectNodeContents(part);
      const words = part.tagName.startsWith("H") ? range : part;
      let { left, right, top: upper, bottom } = words.getBoundingClientRect();
      const first = part.firstElementChild ?? part;
      for (let at: Element | null = first; at; at = at.parentElement) {
        if (getComputedStyle(at).overflowX === "visible") continue;
        const edge = at.getBoundingClientRect();
        left = Math.max(left, edge.left);
        right = Math.min(right, edge.right);
        upper = Math.max(upper, edge.top);
        bottom = Math.min(bottom, edge.bottom);
      }
      return { left, right, top: upper, bottom };
    };

    const parts = Array.from(root.querySelectorAll("button, [role=tab], h1, h2, h3"))
      .filter((part) => !part.closest(ignored))
      .filter((part) => part.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
      .map((part) => ({ part, box: seenOf(part) }))
      .filter(({ box }) => box.right - box.left > 1 && box.bottom - box.top > 1);
    for (const [nth, one] of parts.entries())
      for (const other of parts.slice(nth + 1)) {
        if (one.part.contains(other.part) || other.part.contains(one.part)) continue;
        const { box: a } = one;
        const { box: b } = other;
        const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (wide > 1 && high > 1)
          faults.push(`"${one.part.textContent}" lies over "${other.part.textContent}"`);
      }
    return faults;
  });
}

/** The texts that the window shows now, attributes for screen readers included. */
export function textsOn(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const texts = new Set<string>();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode())
      if (!node.parentElement?.closest("script, style, noscript"))
        texts.add(node.textContent?.trim() ?? "");
    for (const name of ["aria-label", "placeholder", "title"])
      for (const element of document.querySelectorAll(`[${name}]`))
        texts.add(element.getAttribute(name)?.trim() ?? "");
    return [...texts];
  });
}
