import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "@playwright/test";
import { qemuImg, qemuJson } from "../helpers/qemu-img";
import { expect, test } from "./lamina";

/** Holds an image as a machine does, until `end`. */
async function hold(image: string) {
  const holder = spawn("qemu-io", ["-f", "qcow2", image], { stdio: ["pipe", "pipe", "inherit"] });
  await once(holder.stdout, "data");
  return {
    id: holder.pid,
    end: async () => {
      if (holder.exitCode !== null) return;
      const gone = once(holder, "exit");
      holder.stdin.end();
      await gone;
    },
  };
}

/** The buttons of the page and its head that would change the image. */
const changing = (page: Page): Locator[] => [
  page.getByRole("button", { name: "More", exact: true }),
  ...["Take snapshot…", "Rename…", "Go back to this…", "Delete…"].map((name) =>
    page.getByRole("button", { name, exact: true }).first(),
  ),
];

test("an image that qemu has open is shown with who holds it", async ({ folder, launch }) => {
  const image = join(folder, "web01.qcow2");
  qemuImg(["create", "-q", "-f", "qcow2", image, "64M"]);
  const holder = await hold(image);
  try {
    const lamina = await launch(image);
    const banner = lamina.page.getByTestId("in-use");
    await expect(banner).toContainText(`qemu-io (process ${holder.id}) has this image open`);
    await expect(banner).toContainText("shown read-only, as it was when opened");
    await expect(banner).toContainText("Do not put an overlay on it");
    await expect(lamina.page.getByTestId("badges")).toContainText("in use");
    await lamina.picture("in-use-light");
    await lamina.page.emulateMedia({ colorScheme: "dark" });
    await lamina.picture("in-use-dark");
    await lamina.close();
  } finally {
    await holder.end();
  }
});

test("the library marks an image that another program has open", async ({ folder, launch }) => {
  const vms = join(folder, "Virtual machines");
  mkdirSync(vms);
  const image = join(vms, "a mail server with quite a long name.qcow2");
  for (const path of [image, join(vms, "db01.qcow2")])
    qemuImg(["create", "-q", "-f", "qcow2", path, "64M"]);
  const holder = await hold(image);
  const lamina = await launch();
  const { app, page } = lamina;
  const badge = page.getByTestId("library-in-use");
  try {
    await app.evaluate(({ dialog }, path) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] });
    }, vms);
    await page.getByRole("button", { name: "Watch a folder…" }).click();
    await expect(badge).toHaveText("in use");
    const row = page.getByRole("treeitem", { name: /^a mail server/ });
    await expect(row).toHaveAccessibleName(new RegExp(`qemu-io \\(process ${holder.id}\\) has`));
    await badge.hover();
    await expect(page.getByRole("tooltip")).toContainText(`qemu-io (process ${holder.id}) has`);
    await lamina.picture("library-in-use");
    await page.emulateMedia({ colorScheme: "dark" });
    await lamina.picture("library-in-use-dark");
  } finally {
    await holder.end();
  }
  // As when the user comes back from the machine's own window.
  await app.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.emit("focus");
  });
  await expect(badge).toHaveCount(0);
});

test("what would change an image is grey as long as another program has it", async ({
  folder,
  launch,
}) => {
  const image = join(folder, "db01.qcow2");
  qemuImg(["create", "-q", "-f", "qcow2", image, "64M"]);
  qemuImg(["snapshot", "-c", "before", image]);
  const lamina = await launch(image);
  const { page } = lamina;
  await page.getByRole("tab", { name: "Snapshots" }).click();
  await page.locator('[data-testid="snapshot-node"][data-name="before"]').click();
  for (const button of changing(page)) await expect(button).toBeEnabled();
  const more = page.getByRole("button", { name: "More", exact: true });
  await more.click();
  await expect(page.getByRole("menu")).toBeVisible();

  const holder = await hold(image);
  try {
    // As when the user comes back from the machine's own window.
    await page.evaluate(() => window.dispatchEvent(new Event("focus")));
    await expect(page.getByTestId("in-use")).toContainText(`process ${holder.id}`);
    for (const button of changing(page)) {
      await expect(button).toBeDisabled();
      await expect(button).toHaveAccessibleDescription(/qemu-io .* cannot be done here/);
    }
    // The menu that was open is gone, and its button has the focus.
    await expect(page.getByRole("menu")).toHaveCount(0);
    await expect(more).toBeFocused();
    const [, take, , , remove] = changing(page);
    // It is reached by the keyboard, says why, and does nothing.
    await page.getByRole("button", { name: "New overlay…" }).focus();
    await page.keyboard.press("Tab");
    await expect(take as Locator).toBeFocused();
    await expect(page.getByRole("tooltip")).toContainText(`qemu-io (process ${holder.id})`);
    await lamina.picture("in-use-reason");
    await page.keyboard.press("Enter");
    await remove?.click({ force: true });
    await more.click({ force: true });
    await expect(more).toHaveAttribute("aria-expanded", "false");
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await expect(page.getByRole("menu")).toHaveCount(0);
    await more.focus();
  } finally {
    await holder.end();
  }

  for (const button of changing(page)) await expect(button).toBeEnabled({ timeout: 30_000 });
  await expect(more).toBeFocused();
  await expect(page.getByTestId("in-use")).toHaveCount(0);
  await page.getByRole("button", { name: "Take snapshot…" }).first().click();
  await page.getByRole("textbox", { name: "Name of the snapshot" }).fill("after");
  await page.getByRole("button", { name: "Take snapshot", exact: true }).click();
  await expect(page.locator('[data-testid="snapshot-node"][data-name="after"]')).toBeVisible();
  const { snapshots } = qemuJson<{ snapshots: { name: string }[] }>(["info", image]);
  expect(snapshots.map(({ name }) => name)).toEqual(["before", "after"]);
});
