import { closeSync, openSync, readSync, readdirSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import type { CallName, CallOutput } from "../../shared/ipc/contract";
import { qemuImg, qemuIo } from "../helpers/qemu-img";
import { setTheme } from "./dialogs";
import { expect, test } from "./lamina";

/** Asks the main process as the page does. */
async function ask<N extends CallName>(page: Page, name: N, input: unknown) {
  const reply = await page.evaluate(([name, input]) => window.lamina.call(name, input), [
    name,
    input,
  ] as const);
  if (!reply.ok) throw new Error(`${name}: ${reply.failure.message}`);
  return reply.value as CallOutput<N>;
}

/** An overlay with data and written zeros, on a base with data; both take a few MiB. */
function makeChain(folder: string): string {
  const overlay = join(folder, "web01.qcow2");
  qemuImg(["create", "-q", "-f", "qcow2", join(folder, "debian-12-base.qcow2"), "64M"]);
  qemuIo(join(folder, "debian-12-base.qcow2"), "qcow2", ["write -q -P 0x11 0 8M"]);
  const backing = ["-b", "debian-12-base.qcow2", "-F", "qcow2"];
  qemuImg(["create", "-q", "-f", "qcow2", ...backing, overlay]);
  qemuIo(overlay, "qcow2", [
    "write -q -P 0x21 6M 1M",
    "write -q -P 0 20M 3M",
    "write -q -P 0x22 40M 4k",
  ]);
  return overlay;
}

const clusterSize = 2 * 1024 * 1024;

/**
 * A disk all of whose clusters are one and the same compressed cluster: a small file that takes long
 * to read. With `damaged`, that cluster does not decode.
 */
function makeEndless(path: string, gibibytes: number, damaged = false): void {
  const options = ["-o", `cluster_size=${clusterSize}`];
  qemuImg(["create", "-q", "-f", "qcow2", ...options, path, `${gibibytes}G`]);
  qemuIo(path, "qcow2", [`write -q -c -P 7 0 ${clusterSize}`]);
  const file = openSync(path, "r+");
  const read = (at: number, length: number) => {
    const bytes = Buffer.alloc(length);
    readSync(file, bytes, 0, length, at);
    return bytes;
  };
  const offset = 0x00fffffffffffe00n;
  const l1 = Number(read(40, 8).readBigUInt64BE());
  const l2 = Number(read(l1, 8).readBigUInt64BE() & offset);
  const entry = read(l2, 8);
  writeSync(file, Buffer.alloc(gibibytes * 512 * 8, entry), 0, gibibytes * 512 * 8, l2);
  if (damaged) {
    // The low bits of the descriptor; with clusters of 2 MiB the sector count begins at bit 49.
    const at = Number(entry.readBigUInt64BE() & (2n ** 49n - 1n));
    writeSync(file, Buffer.alloc(64, 0xff), 0, 64, at);
  }
  closeSync(file);
}

test("sizes on the screen are those of what convert then writes", async ({ folder, launch }) => {
  const source = makeChain(folder);
  const lamina = await launch(source);
  const { page } = lamina;
  const rows = page.getByTestId("takes");
  await expect(rows.first()).toBeVisible();
  await expect(page.getByTestId("measuring")).toHaveCount(0);
  const measured = await ask(page, "image.measure", { path: source });
  await expect(rows).toHaveCount(measured.length);
  await lamina.picture("measure");

  for (const [index, { format, variant, options, compress = false }] of measured.entries()) {
    // The name that descriptors are foretold with.
    const target = join(folder, "disk.vmdk");
    const request = { source, target, format, options, compress, replace: false, verify: false };
    const { jobId } = await ask(page, "convert.start", request);
    const stateOf = async () => {
      const job = (await ask(page, "jobs.list", undefined)).find(({ id }) => id === jobId);
      return job?.state === "done" ? "done" : job;
    };
    await expect.poll(stateOf, { intervals: [20] }).toBe("done");
    const files = readdirSync(folder).filter((name) => /^disk(-\w+)?\.vmdk$/.test(name));
    const stats = files.map((name) => statSync(join(folder, name)));
    for (const name of files) rmSync(join(folder, name));
    const size = stats.reduce((sum, file) => sum + file.size, 0);
    const taken = stats.reduce((sum, file) => sum + file.blocks * 512, 0);
    const row = rows.nth(index);
    await expect(row).toHaveAttribute("data-variant", variant);
    await expect(row).toHaveAttribute("data-length", String(size));
    const shown = Number(await row.locator("[data-bytes]").getAttribute("data-bytes"));
    // A file in more than four pieces takes a block of the file system's own to list them.
    expect([shown, shown + 4096], variant).toContain(taken);
  }

  await setTheme(page, "Dark");
  await lamina.picture("measure-dark");
});

test("an image whose chain is broken has no such sizes", async ({ folder, launch }) => {
  const overlay = join(folder, "orphan.qcow2");
  const backing = ["-u", "-b", "gone.qcow2", "-F", "qcow2"];
  qemuImg(["create", "-q", "-f", "qcow2", ...backing, overlay, "8M"]);
  const { page } = await launch(overlay);
  await expect(page.getByTestId("broken-alert")).toContainText("gone.qcow2");
  await expect(page.getByRole("heading", { name: "Facts" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "What it would take as…" })).toHaveCount(0);
});

test("a long measurement shows how far it is, and ends for another image", async ({
  folder,
  launch,
}) => {
  const long = join(folder, "long.qcow2");
  makeEndless(long, 256);
  const lamina = await launch(long, makeChain(folder));
  const { page } = lamina;
  const measuring = page.getByTestId("measuring");
  await expect(measuring).toContainText(/[1-9]\.\d of 256\.\d\sGiB read/);
  await lamina.picture("measuring");
  await page.getByTestId("recent-image").filter({ hasText: "web01" }).click();
  await expect(page.getByTestId("takes").first()).toBeVisible();
  await expect(measuring).toHaveCount(0);
});

test("what cannot be measured says why", async ({ folder, launch }) => {
  const damaged = join(folder, "damaged.qcow2");
  makeEndless(damaged, 1, true);
  const lamina = await launch(damaged);
  const { page } = lamina;
  const failed = page.getByTestId("measure-failed");
  await expect(failed).toContainText("It could not be measured");
  await expect(failed).toContainText(damaged);
  await lamina.picture("measure-failed");
  await failed.getByRole("button", { name: "Measure again" }).click();
  await expect(failed).toBeVisible();
});
