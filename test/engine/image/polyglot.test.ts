import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openImage } from "../../../electron/engine/image/open-image";
import { convert } from "../../../electron/engine/ops/convert";
import { createControl } from "../../../electron/engine/ops/control";
import { createImage } from "../../../electron/engine/ops/create";
import { reportImage } from "../../../electron/engine/ops/report";
import type { FormatId } from "../../../shared/model/format";
import { expectBytes } from "../../helpers/bytes";
import { tempFolder } from "../../helpers/temp-folder";
import { hosted } from "../formats/vmdk/handmade";
import { holding } from "../formats/vdi/handmade";
import { read, handmade as vhdx } from "../formats/vhdx/handmade";
import { fixed } from "../formats/vhd/handmade";
import { random } from "../../helpers/seed";
import { putDescriptors } from "../formats/iso/disc";
import { putGpt, putMbr, putProtectiveMbr, linuxType } from "../inside/disks";

const diskSize = 2 ** 20;

/** A raw disk into whose first sectors the guest wrote a qcow2 header that names a file of the host. */
function qcow2Header(folder: string): Uint8Array {
  const path = join(folder, "made.qcow2");
  writeFileSync(join(folder, "secret.img"), new Uint8Array(diskSize).fill(0x5e));
  createImage({
    path,
    format: "qcow2",
    spec: { size: diskSize, options: {}, backing: { name: "secret.img", format: "raw" } },
    replace: false,
    flush: false,
  });
  return readFileSync(path);
}

/** Headers of other formats, as a guest may write them to the beginning (or the end) of its disk. */
const headers: readonly [FormatId, (folder: string) => Uint8Array][] = [
  ["qcow2", qcow2Header],
  ["vmdk", () => hosted({ capacity: 128 }).file.bytes()],
  [
    "vdi",
    () =>
      holding(new Uint8Array(4096), { cbBlock: 4096, offBlocks: 512, offData: 1024 }, random(1)),
  ],
  [
    "vhdx",
    () => {
      const image = vhdx({ fileSize: 5 * 2 ** 20 });
      return read(image, 0, image.size);
    },
  ],
  ["vpc", () => fixed(new Uint8Array(4096))],
];

describe.each(headers)("a raw disk that reads as %s", (format, header) => {
  const disk = (folder: string): { path: string; bytes: Uint8Array } => {
    const bytes = header(folder);
    const whole = new Uint8Array(Math.ceil(bytes.length / 512) * 512);
    whole.set(bytes);
    const path = join(folder, "disk.img");
    writeFileSync(path, whole);
    return { path, bytes: whole };
  };

  it("is taken for one only where nobody says what it is", () => {
    const { path } = disk(tempFolder());
    const told = (declared?: FormatId): string | undefined => {
      const image = openImage({ path, grants: [], ...(declared && { format: declared }) });
      image.close();
      return image.layers[0]?.format;
    };
    expect(told()).toBe(format);
    expect(told("raw")).toBe("raw");
  });

  it("is converted as the raw disk that it is declared to be", () => {
    const folder = tempFolder();
    const { path, bytes } = disk(folder);
    const target = join(folder, "copy.img");
    const images = [{ path, grants: [], format: "raw" as const }];
    const rest = { options: {}, replace: false, flush: false, control: createControl() };
    convert({ source: { images }, target, format: "raw", ...rest });
    expectBytes(readFileSync(target), bytes);
  });

  it("stays raw below an image that declares it", () => {
    const folder = tempFolder();
    const { path, bytes } = disk(folder);
    const over = join(folder, "over.qcow2");
    const backing = { name: "disk.img", format: "raw" };
    const spec = { size: bytes.length, options: {}, backing };
    createImage({ path: over, format: "qcow2", spec, replace: false, flush: false });
    const image = openImage({ path: over, grants: [] });
    expect(image.layers.map((layer) => layer.format)).toEqual(["qcow2", "raw"]);
    const content = new Uint8Array(bytes.length);
    image.read(0, content);
    image.close();
    expectBytes(content, bytes);
    expect(path).toBe(image.layers[1]?.source.name);
  });
});

describe("a disc that is a disk too", () => {
  const disc = (): Buffer => {
    const bytes = Buffer.alloc(2 ** 20);
    putDescriptors(bytes, { joliet: "Joliet", catalog: 30, udf: "NSR02" });
    return bytes;
  };
  const report = (bytes: Uint8Array) => {
    const path = join(tempFolder(), "disc.iso");
    writeFileSync(path, bytes);
    return reportImage({ path, grants: [] });
  };

  it("shows its partition table beside its file system (isohybrid)", () => {
    const bytes = disc();
    putMbr(bytes, [{ type: 0x17, start: 0, sectors: bytes.length / 512 }]);
    const { layers, inside } = report(bytes);
    expect(layers[0]?.format).toBe("iso");
    expect(inside).toMatchObject({ table: "mbr", whole: { kind: "iso9660" } });
    expect(inside?.partitions).toHaveLength(1);
  });

  it("shows a GPT behind its protective MBR", () => {
    const bytes = disc();
    putProtectiveMbr(bytes);
    // The table's sectors end where the disc's descriptors begin.
    putGpt(bytes, [{ type: linuxType, first: 100, last: 200 }]);
    const { layers, inside } = report(bytes);
    expect(layers[0]?.format).toBe("iso");
    expect(inside).toMatchObject({ table: "gpt", whole: { kind: "iso9660" } });
    expect(inside?.partitions).toHaveLength(1);
  });
});
