import type { Locator, Page } from "@playwright/test";

/** Milliseconds between two inputs of one gesture, and after what changes the page. */
const step = 25;
const look = 150;

/** Uses the window as somebody does who looks around in it, for so many seconds. */
export async function lookAround(page: Page, seconds: number): Promise<void> {
  const until = performance.now() + seconds * 1000;
  const tabs = page.getByRole("tab");
  const names = await tabs.allTextContents();
  while (performance.now() < until) {
    for (const name of names) {
      await click(page, page.getByRole("tab", { name, exact: true }));
      if (name === "Map") await exploreMap(page);
      await wander(page, page.getByRole("tabpanel"), 6);
    }
    const library = page.getByRole("navigation", { name: "Library" });
    await wander(page, library, 8);
    await turn(page, 10, 120);
    await turn(page, 10, -120);
    await askPalette(page);
  }
}

/** Moves the pointer over the map, turns the wheel, and walks with the keys. */
async function exploreMap(page: Page): Promise<void> {
  const surface = page.getByTestId("map-surface");
  await surface.waitFor();
  await click(page, surface);
  for (const key of ["+", "+", "ArrowRight", "ArrowDown", "PageDown"]) await press(page, key);
  await wander(page, surface, 12);
  await turn(page, 10, 100);
  await press(page, "0");
}

/** Looks for something in the palette and leaves it. */
async function askPalette(page: Page): Promise<void> {
  await press(page, "Control+k");
  for (const key of "settings") await press(page, key);
  for (let times = 0; times < 3; times += 1) await press(page, "Backspace");
  await press(page, "ArrowDown");
  await press(page, "Escape");
  await page.waitForTimeout(look);
}

/** As `Locator.click`, which would wait for what is under the pointer to come to rest. */
async function click(page: Page, target: Locator): Promise<void> {
  const { x, y, width, height } = await boxOf(target);
  await page.mouse.move(x + width / 2, y + height / 2);
  await page.mouse.down();
  await page.mouse.up();
  await page.waitForTimeout(look);
}

async function press(page: Page, key: string): Promise<void> {
  await page.keyboard.press(key);
  await page.waitForTimeout(step);
}

/** Moves the pointer over something in so many steps. */
async function wander(page: Page, over: Locator, steps: number): Promise<void> {
  const { x, y, width, height } = await boxOf(over);
  for (let nth = 1; nth <= steps; nth += 1) {
    const part = nth / (steps + 1);
    await page.mouse.move(x + width * part, y + Math.min(height, 600) * part);
    await page.waitForTimeout(step);
  }
}

/** Turns the wheel over what the pointer is on, by so many pixels each time. */
export async function turn(page: Page, times: number, pixels: number): Promise<void> {
  for (let nth = 0; nth < times; nth += 1) {
    await page.mouse.wheel(0, pixels);
    await page.waitForTimeout(step);
  }
}

async function boxOf(
  target: Locator,
): Promise<NonNullable<Awaited<ReturnType<Locator["boundingBox"]>>>> {
  const box = await target.boundingBox();
  if (box === null) throw new Error("what was to be used is not on the page");
  return box;
}
