import type { Page } from "@playwright/test";
import type axe from "axe-core";
import { useTheme } from "./theme";

/**
 * What axe finds on the screen in the light, and whether everything can be read in the dark, too. With
 * "all", both by all rules, and of a dialog that is open the dialog alone: what lies below it is looked at
 * without it. The page has axe's source already.
 */
export async function violationsOn(
  page: Page,
  screen: string,
  dark: "contrast" | "all" = "contrast",
): Promise<string[]> {
  const found: string[] = [];
  for (const theme of ["light", "dark"] as const) {
    await useTheme(page, theme);
    const { violations } = await page.evaluate(
      async ({ rules, alone }) => {
        const { axe: checker } = window as unknown as { axe: typeof axe };
        const dialog = alone ? document.querySelector('[aria-modal="true"]') : null;
        return checker.run(dialog ?? document, rules ? { runOnly: rules } : {});
      },
      {
        rules: theme === "dark" && dark === "contrast" && ["color-contrast"],
        alone: dark === "all",
      },
    );
    for (const { id, nodes } of violations)
      for (const { html, any } of nodes)
        found.push(`${screen}, ${theme}: ${id}: ${html} ${any[0]?.message ?? ""}`);
  }
  return found;
}

/** What moves for longer than a frame although the user asked for reduced motion. */
export function motionOn(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const longest = (times: string) => Math.max(...times.split(",").map(Number.parseFloat));
    return Array.from(document.querySelectorAll("*")).flatMap((element) => {
      const { animationName, animationDuration, transitionDuration } = getComputedStyle(element);
      const moves = animationName !== "none" && longest(animationDuration) > 0.001;
      return moves || longest(transitionDuration) > 0.001 ? [element.outerHTML.slice(0, 200)] : [];
    });
  });
}
