import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { efiType, linuxType, putGpt, putProtectiveMbr } from "../engine/inside/disks";
import { expect, test } from "./lamina";

const M = 2 ** 20;

/** A disk of 16 MiB with an EFI system partition and a Linux one that holds XFS. */
function gptDisk(): Buffer {
  const disk = Buffer.alloc(16 * M);
  putProtectiveMbr(disk);
  putGpt(disk, [
    { type: efiType, first: 2048, last: 4095, name: "EFI System Partition" },
    { type: linuxType, first: 4096, last: 20_479, name: "root" },
  ]);
  disk.write("XFSB", 2 * M, "latin1");
  disk.writeUInt32BE(4096, 2 * M + 4);
  disk.writeUInt32BE(2048, 2 * M + 12);
  disk.write("data-disk", 2 * M + 108, "latin1");
  return disk;
}

test("the Overview lists what is on the disk, and what is wrong with it", async ({
  folder,
  launch,
}) => {
  const path = join(folder, "disk.img");
  const disk = gptDisk();
  writeFileSync(path, disk);
  const lamina = await launch(path);
  const { page } = lamina;
  const card = page.getByRole("region", { name: "What is on the disk" });
  await expect(card).toContainText("A GPT with 2 partitions, in sectors of 512 B.");
  const rows = card.getByTestId("partition");
  await expect(rows).toHaveText([
    /^1EFI systemEFI System Partition.*1\.0.MiB$/,
    /^2LinuxrootXFSdata-disk8\.0.MiB$/,
  ]);
  await expect(card.getByTestId("inside-findings")).toHaveCount(0);
  await lamina.close();

  // A byte of the primary header.
  disk[512 + 40]! ^= 1;
  writeFileSync(path, disk);
  const again = await launch(path);
  await expect(again.page.getByTestId("inside-findings")).toHaveText(
    "The GPT at the beginning is damaged; this is its backup.",
  );
});
