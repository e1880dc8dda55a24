import type { Page } from "@playwright/test";
import type { LaminaBridge } from "../../shared/ipc/channels";
import { expect } from "./lamina";

/** Changes the theme on the spot, as the settings page does, and waits for it. */
export async function useTheme(page: Page, theme: "light" | "dark"): Promise<void> {
  await page.evaluate(async (chosen) => {
    const { lamina } = window as unknown as { lamina: LaminaBridge<File> };
    await lamina.call("settings.change", { theme: chosen });
  }, theme);
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", theme);
}
