import { renameSync } from "node:fs";
import { join } from "node:path";
import { qemuImg, qemuIo, qemuJson } from "../helpers/qemu-img";
import { setTheme } from "./dialogs";
import { expect, test, type Lamina } from "./lamina";

interface QemuInfo {
  "backing-filename"?: string;
  "backing-filename-format"?: string;
  "virtual-size": number;
}

function makeChain(folder: string): { base: string; overlay: string } {
  const base = join(folder, "debian-12-base.qcow2");
  const overlay = join(folder, "web01.qcow2");
  qemuImg(["create", "-q", "-f", "qcow2", base, "64M"]);
  qemuIo(base, "qcow2", ["write -q -P 1 0 8M", "write -q -P 2 20M 4M", "write -q -P 3 50M 2M"]);
  qemuImg(["create", "-q", "-f", "qcow2", "-b", "debian-12-base.qcow2", "-F", "qcow2", overlay]);
  qemuIo(overlay, "qcow2", ["write -q -P 4 6M 4M", "write -q -P 5 40M 1M"]);
  return { base, overlay };
}

/** Makes the desktop's dialog answer with a path. */
async function answerDialogs({ app }: Lamina, path: string): Promise<void> {
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [filePath] });
  }, path);
}

test("an overlay is made from the chain, and stands on it", async ({ folder, launch }) => {
  const { overlay } = makeChain(folder);
  const lamina = await launch(overlay);
  const { page } = lamina;
  await page.getByRole("tab", { name: "Chain" }).click();
  await expect(page.locator("svg[role=img]")).toHaveCount(3);
  await lamina.picture("chain-slabs");

  const top = join(folder, "web01-test.qcow2");
  await answerDialogs(lamina, top);
  const panel = page.getByTestId("layer-panel");
  await panel.getByRole("button", { name: "New overlay…" }).click();
  await expect(page.getByRole("heading", { name: "web01-test.qcow2", level: 1 })).toBeVisible();
  await expect(page.getByTestId("layer")).toHaveCount(3);
  const info = qemuJson<QemuInfo>(["info", top]);
  expect(info).toMatchObject({
    "backing-filename": "web01.qcow2",
    "backing-filename-format": "qcow2",
    "virtual-size": 64 * 2 ** 20,
  });
  qemuImg(["check", "-q", top]);
  qemuIo(top, "qcow2", ["read -q -P 4 6M 4M", "read -q -P 2 20M 4M"]);
  await setTheme(page, "Dark");
  await lamina.picture("chain-slabs-dark");
});

test("an overlay whose base was moved is pointed to it", async ({ folder, launch }) => {
  const { base, overlay } = makeChain(folder);
  const moved = join(folder, "debian-12.qcow2");
  renameSync(base, moved);
  const lamina = await launch(overlay);
  const { page } = lamina;
  await page.getByRole("tab", { name: "Chain" }).click();
  await expect(page.getByTestId("broken-link")).toBeVisible();
  await lamina.picture("chain-moved");
  await answerDialogs(lamina, moved);
  await page.getByRole("button", { name: "Point to where it is now…" }).click();
  await expect(page.getByTestId("layer")).toHaveCount(2);
  expect(qemuJson<QemuInfo>(["info", overlay])["backing-filename"]).toBe("debian-12.qcow2");
  qemuIo(overlay, "qcow2", ["read -q -P 1 0 6M", "read -q -P 4 6M 4M", "read -q -P 3 50M 2M"]);
});
