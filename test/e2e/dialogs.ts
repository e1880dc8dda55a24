import type { Locator, Page } from "@playwright/test";
import { expect } from "./lamina";

/** Opens the convert dialog from the page's head; resolves when it has come to rest. */
export async function openConvert(page: Page): Promise<Locator> {
  await page.getByRole("button", { name: "Convert…" }).click();
  const dialog = page.getByRole("dialog");
  await restOf(dialog);
  return dialog;
}

/**
 * Waits until the convert dialog shows what it was asked for last: the answer that is still to come
 * would move what lies below it while it is clicked.
 */
export async function restOf(dialog: Locator): Promise<void> {
  await expect(dialog.locator("form")).toHaveAttribute("data-settled", "true");
}

/** Chooses an entry of a list; where the list closes because something moves, once more. */
export async function pick(list: Locator, option: string | RegExp): Promise<void> {
  const escaped = String(option).replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  // Between a figure and its unit the space is another.
  const name =
    typeof option === "string" ? new RegExp(`^${escaped.replaceAll(" ", "\\s")}$`) : option;
  const entry = list.page().getByRole("option", { name });
  await expect(async () => {
    if ((await list.getAttribute("aria-expanded")) !== "true") await list.click({ timeout: 5000 });
    await entry.click({ timeout: 5000 });
    await expect(list).toHaveValue(name, { timeout: 2000 });
  }).toPass();
}

/** Chooses an entry of the theme menu. */
export async function setTheme(page: Page, theme: "Light" | "Dark"): Promise<void> {
  await page.getByRole("button", { name: "Theme" }).click();
  await page.getByRole("menuitemradio", { name: theme }).click();
  await expect(page.locator("html")).toHaveAttribute(
    "data-mantine-color-scheme",
    theme.toLowerCase(),
  );
}

/**
 * Converts the image on the page, one of `makeEndless`, to compressed qcow2: that takes hours and
 * little room. What it would take is being measured all the while, so the dialog never comes to rest.
 */
export async function convertEndless(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Convert…" }).click();
  const dialog = page.getByRole("dialog");
  const command = dialog.getByTestId("command-line");
  await expect(dialog.getByTestId("target-measuring")).toBeVisible();
  await expect(command).toContainText("-O ");
  await dialog.getByRole("radio", { name: /^qcow2/i }).check();
  await expect(command).toContainText("-O qcow2");
  await dialog.getByRole("button", { name: "More options" }).click();
  await dialog.getByRole("switch", { name: "Compress the data" }).check();
  await expect(command).toContainText("-c -O qcow2");
  await dialog.getByRole("button", { name: "Convert", exact: true }).click();
}

/**
 * Has the page itself click a button of the jobs bar as soon as that is there and the bar shows the
 * text: a conversion may have ended before a click from outside comes.
 */
export async function clickOnceShown(page: Page, name: string, text: RegExp): Promise<void> {
  await page.evaluate(
    ({ name, text }) => {
      const observer = new MutationObserver(() => {
        const bar = document.querySelector('[data-testid="jobs-bar"]');
        const buttons = [...(bar?.querySelectorAll("button") ?? [])];
        const button = buttons.find((one) => one.ariaLabel === name);
        if (button === undefined || !new RegExp(text).test(bar?.textContent ?? "")) return;
        observer.disconnect();
        button.click();
      });
      observer.observe(document.body, { childList: true, subtree: true, characterData: true });
    },
    { name, text: text.source },
  );
}
