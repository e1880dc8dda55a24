import type { Page } from "@playwright/test";
import { expect } from "./lamina";

/** Runs the command of the palette by its id. */
export async function runCommand(page: Page, id: string): Promise<void> {
  await openPalette(page);
  await page.locator(`[role=option][data-command="${id}"]`).click();
}

/** Opens the palette, which does not open over a dialog; in any language. */
export async function openPalette(page: Page): Promise<void> {
  await expect(page.locator('[aria-modal="true"]')).toHaveCount(0);
  await page.keyboard.press("Control+k");
  await expect(page.locator('[aria-modal="true"]').getByRole("combobox")).toBeFocused();
}
