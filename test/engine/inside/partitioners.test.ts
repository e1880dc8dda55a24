import { spawnSync } from "node:child_process";
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { insideOf } from "../../../electron/engine/inside/inside";
import { tempFolder } from "../../helpers/temp-folder";
import { diskImage } from "./disks";

/** What `sfdisk --json` tells; start and size in sectors. */
interface SfdiskTable {
  readonly partitiontable: {
    readonly label: "dos" | "gpt";
    readonly sectorsize: number;
    readonly partitions: readonly {
      readonly node: string;
      readonly start: number;
      readonly size: number;
      readonly type: string;
      readonly name?: string;
      readonly bootable?: boolean;
    }[];
  };
}

const tables: Readonly<Record<string, string>> = {
  "a GPT": `label: gpt
    size=2MiB, type=uefi, name="EFI System"
    size=1MiB, type=21686148-6449-6E6F-744E-656564454649
    size=3MiB, type=linux, name="Wurzel ä"
    type=swap`,
  "an MBR": `label: dos
    start=63, size=2000, type=7, bootable
    start=4096, size=4096, type=83
    type=f`,
  "an MBR with logical partitions": `label: dos
    start=2048, size=2048, type=ef
    start=8192, type=5
    start=10240, size=1000, type=82
    size=2048, type=8e
    type=83`,
};

const hasSfdisk = spawnSync("sfdisk", ["--version"]).error === undefined;

describe.skipIf(!hasSfdisk)("partition tables, against sfdisk", () => {
  it.each(Object.entries(tables))("reads %s as sfdisk made it", (_, script) => {
    const path = join(tempFolder(), "disk");
    writeFileSync(path, "");
    truncateSync(path, 16 * 2 ** 20);
    const made = spawnSync("sfdisk", ["--quiet", path], { input: script, encoding: "utf8" });
    expect(made.stderr).toBe("");
    const { stdout } = spawnSync("sfdisk", ["--json", path], { encoding: "utf8" });
    const { label, partitions } = (JSON.parse(stdout) as SfdiskTable).partitiontable;
    const found = insideOf(diskImage(readFileSync(path)));
    expect(found.table).toBe(label === "dos" ? "mbr" : label);
    expect(found.findings).toEqual([]);
    expect(
      found.partitions.map(({ number, start, length, type, name, bootable }) => ({
        node: path + number,
        start: start / 512,
        size: length / 512,
        type: type.replace(/^0(?=.$)/, "").toUpperCase(),
        ...(name !== undefined && { name }),
        ...(bootable && { bootable }),
      })),
    ).toEqual(
      partitions.map(({ node, start, size, type, name, bootable }) => ({
        node,
        start,
        size,
        type: type.toUpperCase(),
        name,
        bootable,
      })),
    );
  });
});
