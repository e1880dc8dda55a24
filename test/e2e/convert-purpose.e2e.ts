import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import type { Locator } from "@playwright/test";
import { mustBeIdentical, qemuImg, qemuIo } from "../helpers/qemu-img";
import { patternDisk, writeRawFile } from "../helpers/pattern-disk";
import { random } from "../helpers/seed";
import { openConvert, pick, restOf } from "./dialogs";
import { expect, test } from "./lamina";

const MiB = 1024 * 1024;

/** A new image is flushed to the disk, which may have others to serve. */
const atItsPace = { timeout: 120_000 };

const startOf = (dialog: Locator) => dialog.getByRole("button", { name: "Convert", exact: true });

/** Bytes that a part of the dialog shows. */
async function bytesOf(part: Locator): Promise<number> {
  return Number(await part.getAttribute("data-bytes"));
}

test("a purpose chooses format, options and size, and what it promised is what is written", async ({
  folder,
  launch,
}) => {
  const source = join(folder, "server.raw");
  writeRawFile(source, patternDisk(random(40), 24 * MiB + 512));
  const lamina = await launch(source);
  const { page } = lamina;
  await expect(page.getByTestId("takes").first()).toBeVisible();
  const bar = page.getByTestId("jobs-bar");
  const dialog = await openConvert(page);
  await expect(dialog.getByTestId("target-length")).toBeVisible();
  await expect(dialog.getByTestId("format-size")).toHaveCount(6);
  await lamina.picture("convert-purpose");

  await dialog.getByRole("radio", { name: "Azure", exact: true }).check();
  await expect(dialog.getByLabel("Save as")).toHaveValue(join(folder, "server.vhd"));
  await expect(dialog.getByRole("radio", { name: /^VHD / })).toBeChecked();
  await expect(dialog.getByTestId("findings")).toContainText("no partition table");
  await expect(dialog.getByTestId("command-line")).toContainText("subformat=fixed");
  await expect(dialog.getByTestId("command-line")).toContainText(String(25 * MiB));
  await expect(dialog.getByTestId("target-length")).toHaveAttribute(
    "data-bytes",
    String(25 * MiB + 512),
  );
  await restOf(dialog);
  const promised = await bytesOf(dialog.getByTestId("target-allocated"));
  await lamina.picture("convert-azure");

  // Away from what Azure takes, and back by the button beside the finding.
  await dialog.getByRole("button", { name: "More options" }).click();
  await dialog.getByText("Dynamic", { exact: true }).click();
  const finding = dialog.getByRole("listitem").filter({ hasText: "Azure takes fixed VHDs only" });
  await expect(finding).toBeVisible();
  await restOf(dialog);
  await lamina.picture("convert-mend");
  await finding.getByRole("button").click();
  await expect(finding).toHaveCount(0);
  await restOf(dialog);
  await startOf(dialog).click();
  await expect(bar).toContainText("Converted server.raw to server.vhd", atItsPace);
  const vhd = join(folder, "server.vhd");
  expect(statSync(vhd).size).toBe(25 * MiB + 512);
  // A file in more than four pieces takes a block of the file system's own to list them.
  expect([promised, promised + 4096]).toContain(statSync(vhd).blocks * 512);
  expect(qemuImg(["info", "-f", "vpc", vhd])).toContain(`(${25 * MiB} bytes)`);
  const back = join(folder, "back.raw");
  qemuImg(["convert", "-f", "vpc", "-O", "raw", vhd, back]);
  expect(
    readFileSync(back)
      .subarray(0, 24 * MiB + 512)
      .equals(readFileSync(source)),
  ).toBe(true);
  rmSync(back);

  // The dialog begins with what the last conversion was for, and what it learns moves no button.
  await page.getByRole("button", { name: "Convert…" }).click();
  const next = page.getByRole("dialog");
  await expect(next.getByRole("radio", { name: "Azure", exact: true })).toBeChecked();
  const place = await startOf(next).boundingBox();
  await restOf(next);
  await expect(next.getByTestId("command-line")).toContainText("subformat=fixed");
  expect(await startOf(next).boundingBox()).toEqual(place);
  await next.getByRole("radio", { name: "AWS", exact: true }).check();
  await expect(next.getByTestId("command-line")).toContainText("subformat=streamOptimized");
  await restOf(next);
  const length = await bytesOf(next.getByTestId("target-length"));
  await startOf(next).click();
  await expect(bar).toContainText("Converted server.raw to server.vmdk", atItsPace);
  const vmdk = join(folder, "server.vmdk");
  expect(qemuImg(["info", vmdk])).toContain("create type: streamOptimized");
  mustBeIdentical(source, vmdk, "raw", "vmdk");
  // The descriptor names the file, padded to its place.
  expect(statSync(vmdk).size).toBe(length);
});

test("an encrypted image is unlocked once, and converted", async ({ folder, launch }) => {
  const plain = join(folder, "plain.raw");
  const source = join(folder, "locked.qcow2");
  writeRawFile(plain, patternDisk(random(41), 4 * MiB));
  const secret = ["--object", "secret,id=s,data=open sesame"];
  const luks =
    "encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=10,encrypt.hash-alg=sha512";
  qemuImg(["convert", ...secret, "-f", "raw", "-O", "qcow2", "-o", luks, plain, source]);
  const lamina = await launch(source);
  const { page } = lamina;
  const unreadable = page.getByTestId("unreadable");
  await expect(unreadable).toContainText("The data of this image is encrypted");
  await lamina.picture("locked");
  const dialog = await openConvert(page);
  await expect(startOf(dialog)).toBeDisabled();
  await dialog.getByRole("textbox", { name: "Passphrase" }).fill("open barley");
  await dialog.getByRole("button", { name: "Unlock" }).click();
  await expect(dialog).toContainText("This passphrase does not open it.");
  await lamina.picture("convert-locked");
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  // The dialog gives the focus back a moment after it has gone.
  await expect(page.getByRole("button", { name: "Convert…" })).toBeFocused();

  await unreadable.getByRole("textbox", { name: "Passphrase" }).fill("open sesame");
  await unreadable.getByRole("textbox", { name: "Passphrase" }).press("Enter");
  await expect(unreadable).toHaveCount(0);
  await expect(page.getByTestId("takes").first()).toBeVisible();
  await openConvert(page);
  await dialog.getByRole("radio", { name: /^raw/i }).check();
  await expect(dialog.getByTestId("command-line")).toContainText("PASSPHRASE-FILE");
  await expect(dialog.getByTestId("command-line")).not.toContainText("sesame");
  await startOf(dialog).click();
  const bar = page.getByTestId("jobs-bar");
  await expect(bar).toContainText("Converted locked.qcow2 to locked.img", atItsPace);
  mustBeIdentical(plain, join(folder, "locked.img"), "raw", "raw");
  // The receipt is the last that is written.
  await expect(bar.getByRole("button", { name: "Receipt of locked.img" })).toBeVisible();
  const kept = readdirSync(join(folder, ".settings"), { recursive: true, withFileTypes: true });
  const texts = kept
    .filter((file) => file.isFile() && file.name.endsWith(".json"))
    .map((file) => readFileSync(join(file.parentPath, file.name), "utf8"));
  expect(texts.join("\n")).toContain("PASSPHRASE-FILE");
  expect(texts.join("\n")).not.toContain("sesame");
});

test("a snapshot becomes an image, and its receipt tells all of it", async ({ folder, launch }) => {
  const source = join(folder, "web01.qcow2");
  qemuImg(["create", "-q", "-f", "qcow2", source, "16M"]);
  qemuIo(source, "qcow2", ["write -q -P 0x41 0 3M"]);
  qemuImg(["snapshot", "-c", "before upgrade", source]);
  qemuIo(source, "qcow2", ["write -q -P 0x42 1M 8M"]);
  const lamina = await launch(source);
  const { page } = lamina;
  const dialog = await openConvert(page);
  await pick(dialog.getByRole("combobox", { name: "State of the disk" }), /before upgrade/);
  await restOf(dialog);
  await dialog.getByRole("radio", { name: /^raw/i }).check();
  await expect(dialog.getByTestId("target-allocated")).toHaveAttribute(
    "data-bytes",
    String(3 * MiB),
  );
  await expect(dialog.getByTestId("command-line")).toContainText("snapshot.id=1");
  await restOf(dialog);
  await dialog.getByRole("button", { name: "More options" }).click();
  await expect(dialog.getByRole("switch", { name: "Compare both when it is done" })).toBeChecked();
  await lamina.picture("convert-snapshot");
  await dialog.getByRole("button", { name: /^Copy:/ }).click();
  await expect(dialog.getByRole("button", { name: /^Copied:/ })).toBeVisible();
  const copied = await lamina.app.evaluate(({ clipboard }) => clipboard.readText());
  expect(copied).toBe(await dialog.getByTestId("command-line").innerText());
  await startOf(dialog).click();

  const bar = page.getByTestId("jobs-bar");
  await expect(bar).toContainText("Converted web01.qcow2 to web01.img", atItsPace);
  await expect(bar).toContainText("the same as its source");
  const target = join(folder, "web01.img");
  const expected = join(folder, "expected.raw");
  const fromSnapshot = ["-f", "qcow2", "-l", "snapshot.name=before upgrade", "-O", "raw"];
  qemuImg(["convert", ...fromSnapshot, source, expected]);
  mustBeIdentical(expected, target, "raw", "raw");
  expect(statSync(target).blocks * 512).toBe(3 * MiB);

  await bar.getByRole("button", { name: "Receipt of web01.img" }).click();
  const receipt = page.getByRole("dialog");
  await expect(receipt.getByTestId("receipt-verified")).toContainText("16.0 MiB were compared");
  await expect(receipt.getByTestId("receipt-sha256")).toHaveText(/^[0-9a-f]{64}$/);
  await expect(receipt.getByTestId("vm-libvirt")).toHaveText(
    `<driver name="qemu" type="raw"/>\n<source file="${target}"/>`,
  );
  await lamina.picture("receipt");
  await receipt.getByRole("button", { name: "Remove this receipt" }).click();
  await expect(receipt).toHaveCount(0);
});

test("an archive with two disks asks which, and converts that one", async ({ folder, launch }) => {
  for (const [name, byte] of [
    ["root.qcow2", "0x51"],
    ["data.qcow2", "0x52"],
  ] as const) {
    qemuImg(["create", "-q", "-f", "qcow2", join(folder, name), "8M"]);
    qemuIo(join(folder, name), "qcow2", [`write -q -P ${byte} 0 2M`]);
  }
  const archive = join(folder, "appliance.tar");
  execFileSync("tar", ["-cf", archive, "-C", folder, "root.qcow2", "data.qcow2"]);
  const lamina = await launch(archive);
  const { page } = lamina;
  await page.getByTestId("choose-member").getByRole("combobox").click();
  await expect(page.getByRole("option", { name: "data.qcow2" })).toBeVisible();
  await lamina.picture("choose-member");
  await page.getByRole("option", { name: "data.qcow2" }).click();
  await expect(page.getByTestId("size-virtual")).toHaveAttribute("data-bytes", String(8 * MiB));
  const dialog = await openConvert(page);
  await dialog.getByRole("radio", { name: "KVM, libvirt" }).check();
  await expect(dialog.getByTestId("command-line")).toContainText("--member data.qcow2");
  await expect(startOf(dialog)).toBeEnabled();
  await lamina.picture("convert-member");
  await startOf(dialog).click();
  await expect(page.getByTestId("jobs-bar")).toContainText("Converted appliance.tar", atItsPace);
  mustBeIdentical(join(folder, "data.qcow2"), join(folder, "appliance.qcow2"), "qcow2", "qcow2");
});

test("what is left of a damaged image is salvaged on request, and what is lost is listed", async ({
  folder,
  launch,
}) => {
  const source = join(folder, "cut.qcow2");
  qemuImg(["create", "-q", "-f", "qcow2", source, "8M"]);
  qemuIo(source, "qcow2", ["write -q -P 7 0 8M"]);
  const bytes = 4 * MiB;
  truncateSync(source, bytes);
  const lamina = await launch(source);
  const { page } = lamina;
  const dialog = await openConvert(page);
  await dialog.getByRole("radio", { name: /^raw/i }).check();
  await expect(startOf(dialog)).toBeDisabled();
  await restOf(dialog);
  await dialog.getByRole("switch", { name: "Salvage what can be read" }).check();
  await expect(dialog.getByTestId("command-line")).toContainText("--salvage");
  await lamina.picture("convert-salvage");
  await startOf(dialog).click();
  const bar = page.getByTestId("jobs-bar");
  await expect(bar).toContainText("Converted cut.qcow2 to cut.img", atItsPace);
  await expect(bar).toContainText("could not be read");
  const target = readFileSync(join(folder, "cut.img"));
  const kept = target.filter((byte) => byte === 7).length;
  expect(target.length).toBe(8 * MiB);
  expect(kept + target.filter((byte) => byte === 0).length).toBe(8 * MiB);
  // Five clusters are the header and the tables; what follows them is the disk from its beginning.
  expect(kept).toBe(bytes - 5 * 65_536);
  await bar.getByRole("button", { name: "Receipt of cut.img" }).click();
  await expect(page.getByTestId("receipt-salvaged")).toContainText("0x3b0000");
  await expect(page.getByTestId("receipt-verified")).toContainText("4.3 MiB of 8.0 MiB could not");
  await lamina.picture("receipt-salvaged");
});

test("an overlay keeps its backing file, or becomes a larger disk", async ({ folder, launch }) => {
  const overlay = join(folder, "web01.qcow2");
  qemuImg(["create", "-q", "-f", "qcow2", join(folder, "base.qcow2"), "16M"]);
  qemuIo(join(folder, "base.qcow2"), "qcow2", ["write -q -P 0x61 0 4M"]);
  qemuImg(["create", "-q", "-f", "qcow2", "-b", "base.qcow2", "-F", "qcow2", overlay]);
  qemuIo(overlay, "qcow2", ["write -q -P 0x62 1M 1M"]);
  const lamina = await launch(overlay);
  const { page } = lamina;
  const dialog = await openConvert(page);
  await dialog.getByRole("radio", { name: /^qcow2/ }).check();
  await restOf(dialog);
  await dialog.getByRole("button", { name: "More options" }).click();
  const grow = dialog.getByRole("textbox", { name: "Grow the disk to" });
  await grow.fill("8 MiB");
  await expect(dialog).toContainText("A size of at least 16 MiB");
  await grow.fill("");
  await grow.blur();
  await restOf(dialog);
  await dialog.getByRole("switch", { name: "Keep the backing file" }).check();
  await expect(dialog).toContainText("It holds only what differs from its backing file");
  await expect(dialog.getByTestId("command-line")).toContainText("-F qcow2");
  await startOf(dialog).click();
  const bar = page.getByTestId("jobs-bar");
  await expect(bar).toContainText("Converted web01.qcow2 to web01-2.qcow2", atItsPace);
  const copy = join(folder, "web01-2.qcow2");
  expect(qemuImg(["info", copy])).toContain("backing file: base.qcow2");
  mustBeIdentical(overlay, copy, "qcow2", "qcow2");
  expect(statSync(copy).size).toBeLessThan(2 * MiB);

  const next = await openConvert(page);
  await next.getByRole("radio", { name: /^raw/i }).check();
  await restOf(next);
  await next.getByRole("button", { name: "More options" }).click();
  await grow.fill("20 MiB");
  await grow.press("Enter");
  await restOf(next);
  await expect(next.getByTestId("target-length")).toHaveAttribute("data-bytes", String(20 * MiB));
  await startOf(next).click();
  await expect(bar).toContainText("Converted web01.qcow2 to web01.img", atItsPace);
  const grown = readFileSync(join(folder, "web01.img"));
  expect(grown.length).toBe(20 * MiB);
  const expected = Buffer.concat([
    Buffer.alloc(MiB, 0x61),
    Buffer.alloc(MiB, 0x62),
    Buffer.alloc(2 * MiB, 0x61),
    Buffer.alloc(16 * MiB),
  ]);
  expect(grown.equals(expected)).toBe(true);
});
