import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readBytes } from "../../../electron/engine";
import type { FilePart } from "../../../shared/model/bytes";
import { describeWithQemu, qemuImg, qemuIo, qemuJson } from "../../helpers/qemu-img";
import { random, runSeed } from "../../helpers/seed";
import { tempFolder } from "../../helpers/temp-folder";

const MiB = 2 ** 20;

describeWithQemu("the parts of an image file", () => {
  function makeImage(format: string): { path: string; bytes: Buffer; dataAt: number } {
    const path = join(tempFolder(), `disk.${format}`);
    qemuImg(["create", "-q", "-f", format, path, "64M"]);
    qemuIo(path, format, ["write -q -P 5 8M 64k"]);
    const map = qemuJson<{ data: boolean; offset?: number }[]>(["map", "-f", format, path]);
    const dataAt = map.find(({ data }) => data)?.offset ?? NaN;
    return { path, bytes: readFileSync(path), dataAt };
  }

  /** The one part that a byte belongs to. */
  function partAt(path: string, at: number): Partial<FilePart> | undefined {
    const { parts } = readBytes({ path, side: "file", at, length: 1, grants: [] });
    expect(parts.length).toBeLessThanOrEqual(1);
    return parts[0];
  }

  const field = (name: string, value: string | number) => ({
    kind: "headerField",
    name,
    value: String(value),
  });

  it("VDI: header, block map and blocks", () => {
    const { path, bytes, dataAt } = makeImage("vdi");
    expect(partAt(path, 64)).toMatchObject(field("u32Signature", "0xbeda107f"));
    expect(partAt(path, 370)).toMatchObject(field("cbDisk", 64 * MiB));
    expect(partAt(path, 376)).toMatchObject(field("cbBlock", MiB));
    const map = bytes.readUInt32LE(340);
    expect(partAt(path, map)).toMatchObject({ kind: "table", called: "block-map", length: 256 });
    expect(partAt(path, dataAt)).toMatchObject({ kind: "blocks" });
  });

  it("VHD: both footers, the dynamic header, the table and blocks", () => {
    const { path, bytes, dataAt } = makeImage("vpc");
    const end = statSync(path).size - 512;
    const size = Number(bytes.readBigUInt64BE(48));
    for (const at of [0, end]) {
      expect(partAt(path, at)).toMatchObject(field("Cookie", "conectix"));
      expect(partAt(path, at + 55)).toMatchObject({ at: at + 48, ...field("Current Size", size) });
    }
    expect(partAt(path, 512)).toMatchObject(field("Cookie", "cxsparse"));
    const table = Number(bytes.readBigUInt64BE(512 + 16));
    expect(partAt(path, table)).toMatchObject({ called: "block-allocation-table" });
    expect(partAt(path, dataAt)).toMatchObject({ kind: "blocks" });
  });

  it("VMDK: header, descriptor, grain directories and grains", () => {
    const { path, bytes, dataAt } = makeImage("vmdk");
    expect(partAt(path, 0)).toMatchObject(field("magicNumber", "KDMV"));
    expect(partAt(path, 12)).toMatchObject(field("capacity", (64 * MiB) / 512));
    expect(partAt(path, bytes.indexOf("# Disk DescriptorFile"))).toMatchObject({
      called: "descriptor",
    });
    const directory = Number(bytes.readBigUInt64LE(56)) * 512;
    expect(partAt(path, directory)).toMatchObject({ called: "grain-directory", entrySize: 4 });
    expect(partAt(path, dataAt)).toMatchObject({ kind: "blocks" });
  });

  it("VHDX: headers, region tables and regions", () => {
    const { path, bytes } = makeImage("vhdx");
    expect(partAt(path, 0)).toMatchObject({ kind: "area", called: "file-type-identifier" });
    for (const at of [65_536, 131_072])
      expect(partAt(path, at)).toMatchObject(field("Signature", "head"));
    const log = Number(bytes.readBigUInt64LE(65_536 + 72));
    expect(partAt(path, 65_536 + 79)).toMatchObject(field("LogOffset", `0x${log.toString(16)}`));
    expect(partAt(path, log)).toMatchObject({ called: "log" });
    expect(partAt(path, 196_608)).toMatchObject({ called: "region-table" });
    const entries = [0, 1].map((i) => Number(bytes.readBigUInt64LE(196_608 + 16 + i * 32 + 16)));
    expect(new Set(entries.map((at) => partAt(path, at)?.called))).toEqual(
      new Set(["bat", "metadata-region"]),
    );
  });

  it.each(["qcow2", "vdi", "vpc", "vmdk", "vhdx"])(
    `%s: whatever its header says, its bytes are shown (seed ${runSeed})`,
    (format) => {
      const r = random(runSeed);
      const { path, bytes } = makeImage(format);
      const places = [0, 512, 65_536, 131_072, 196_608, bytes.length - 512];
      for (let i = 0; i < 40; i += 1) {
        const broken = Buffer.from(bytes);
        const at = r.pick(places.filter((place) => place >= 0 && place < bytes.length));
        const field = Math.min(at + 4 * r.between(0, 30), bytes.length - 8);
        broken.fill(r.pick([0, 0x7f, 0xff]), field, field + r.pick([1, 4, 8]));
        writeFileSync(path, broken);
        for (const from of places.filter((place) => place >= 0 && place < bytes.length)) {
          const shown = readBytes({ path, side: "file", at: from, length: 65_536, grants: [] });
          expect(Buffer.compare(shown.bytes, broken.subarray(from, from + 65_536))).toBe(0);
        }
      }
    },
  );
});
