import type { Page } from "@playwright/test";
import { expect } from "./lamina";

/** Drops files and folders of this computer on one half of the window, as a file manager does. */
export async function drop(
  page: Page,
  paths: readonly string[],
  half: "open" | "convert",
): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const width = await page.evaluate(() => innerWidth);
  const at = { x: half === "open" ? 60 : width - 60, y: 300 };
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  await expect(async () => {
    await session.send("Input.dispatchDragEvent", { type: "dragEnter", ...at, data });
    await expect(page.getByTestId(`drop-${half}`)).toBeVisible({ timeout: 2000 });
  }).toPass();
  await session.send("Input.dispatchDragEvent", { type: "dragOver", ...at, data });
  await session.send("Input.dispatchDragEvent", { type: "drop", ...at, data });
}
