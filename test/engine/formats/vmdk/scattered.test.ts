import { truncateSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createFindings } from "../../../../electron/engine/formats/findings";
import { checkGrains } from "../../../../electron/engine/formats/vmdk/check-grains";
import { readHostedHeader } from "../../../../electron/engine/formats/vmdk/hosted-header";
import { openFileWritable } from "../../../../electron/engine/io/file";
import { qemuImg } from "../../../helpers/qemu-img";
import { tempFolder } from "../../../helpers/temp-folder";

// Found by the fuzzer (seed 1, case 161281): 64 KiB were read for each table of 2 KiB.
it("of grain tables that lie far from one another only they are read", () => {
  const path = join(tempFolder(), "scattered.vmdk");
  qemuImg(["create", "-q", "-f", "vmdk", path, "32G"]);
  truncateSync(path, 2 ** 40);
  const file = openFileWritable(path);
  try {
    const header = readHostedHeader(file);
    const tables = Math.ceil(header.capacity / header.grainSize / header.entriesPerTable);
    expect(tables).toBe(1024);
    const directory = new Uint32Array(tables).map((_, index) => (index + 1) * 2 ** 20);
    const bytes = new Uint8Array(directory.buffer);
    for (const at of [Number(header.directory), header.redundantDirectory]) file.write(at, bytes);
    let read = 0;
    const counting = {
      ...file,
      read: (at: number, into: Uint8Array): void => {
        read += into.length;
        file.read(at, into);
      },
    };
    const { allocatedClusters } = checkGrains(counting, header, createFindings());
    expect(allocatedClusters).toBe(0);
    const tableBytes = header.entriesPerTable * 4;
    // Both directories have them, and are read in pages themselves.
    expect(read).toBeLessThan(2 * tables * tableBytes + 2 ** 20);
    expect(read).toBeGreaterThan(tables * tableBytes);
  } finally {
    file.close();
  }
});
