import { createHash } from "node:crypto";
import { readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createImage, openImage, resizeImage } from "../../../electron/engine";
import { ImageError } from "../../../electron/engine/errors";
import type { Format } from "../../../electron/engine/formats/format";
import { formatById, probeFormat } from "../../../electron/engine/formats/registry";
import { stackLayers } from "../../../electron/engine/image/disk-image";
import { closedGate } from "../../../electron/engine/image/gate";
import { memorySource } from "../../../electron/engine/io/memory";
import type { FormatId, OptionValues } from "../../../shared/model/format";
import { expectBytes } from "../../helpers/bytes";
import {
  describeWithQemu,
  mustBeIdentical,
  qemuImg,
  qemuIo,
  qemuJson,
} from "../../helpers/qemu-img";
import { random, runSeed } from "../../helpers/seed";
import { tempFolder } from "../../helpers/temp-folder";
import { bytesOf, crashes, recordingTarget, replay } from "./recording";

const MiB = 2 ** 20;

/** How an image is made, written to, and made larger. */
interface Case {
  readonly format: string;
  /** qemu-img's options. */
  readonly options?: string;
  readonly size: number;
  readonly larger: number;
  /** Whether qemu-img checks such an image. */
  readonly checked?: boolean;
}

const cases: readonly Case[] = [
  { format: "raw", size: 3 * MiB + 512, larger: 5 * MiB },
  { format: "vdi", size: 3 * MiB + 512, larger: 9 * MiB, checked: true },
  // The map of a disk of 128 MiB fills its sector.
  { format: "vdi", size: 128 * MiB, larger: 200 * MiB, checked: true },
  { format: "vdi", options: "static=on", size: 127 * MiB, larger: 130 * MiB, checked: true },
  { format: "vpc", options: "force_size=on", size: 3 * MiB + 512, larger: 9 * MiB },
  { format: "vpc", size: 255 * MiB, larger: 300 * MiB },
  { format: "vpc", options: "subformat=fixed,force_size=on", size: 3 * MiB, larger: 5 * MiB },
  { format: "vhdx", size: 3 * MiB, larger: 33 * MiB, checked: true },
  { format: "vhdx", options: "block_size=1M", size: 3 * MiB + 512, larger: 9 * MiB, checked: true },
  {
    format: "vhdx",
    options: "subformat=fixed,block_size=1M",
    size: 2 * MiB,
    larger: 4 * MiB,
    checked: true,
  },
  { format: "vmdk", size: 3 * MiB + 512, larger: 100 * MiB, checked: true },
  { format: "vmdk", options: "subformat=monolithicFlat", size: 3 * MiB, larger: 90 * MiB },
  { format: "vmdk", size: 90 * MiB, larger: 9000 * MiB, checked: true },
];

function made(folder: string, { format, options, size }: Case): string {
  const path = join(folder, `a.${format}`);
  const chosen = options === undefined ? [] : ["-o", options];
  qemuImg(["create", "-q", "-f", format, ...chosen, path, String(size)]);
  const end = qemuJson<{ "virtual-size": number }>(["info", "-f", format, path])["virtual-size"];
  qemuIo(path, format, [
    "write -q -P 7 4k 70k",
    `write -q -P 8 ${end - 100 * 512} 51200`,
    `write -q -P 9 ${MiB} 1M`,
  ]);
  return path;
}

/** An empty image by Lamina. */
const make = (path: string, format: FormatId, size: number, options: OptionValues = {}): void => {
  createImage({ path, format, spec: { size, options }, replace: false, flush: false });
};

const zeros = Buffer.alloc(4096);

/** The disk as Lamina reads it: its size, and all that is not zero. */
function disk(bytes: Uint8Array, format: Format): { size: number; digest: string } {
  const image = stackLayers([format.open(memorySource(bytes), closedGate)]);
  const hash = createHash("sha1");
  const piece = Buffer.alloc(4096);
  for (const { at, run } of image.extents(0, image.size)) {
    if (run.kind !== "data") continue;
    for (let done = 0; done < run.length; done += 4096) {
      const part = piece.subarray(0, Math.min(4096, run.length - done));
      image.read(at + done, part);
      if (part.equals(zeros.subarray(0, part.length))) continue;
      hash.update(`${at + done} `);
      hash.update(part);
    }
  }
  return { size: image.size, digest: hash.digest("hex") };
}

const nameOf = ({ format, options, size, larger }: Case): string =>
  `${format} ${options ?? ""} ${size} to ${larger}`;

describeWithQemu("an image grows where it is, and qemu reads it", () => {
  it.each(cases.map((each) => [nameOf(each), each] as const))("%s", (_, each) => {
    const folder = tempFolder();
    const { format, larger } = each;
    const path = made(folder, each);
    const raw = join(folder, "as it shall read.raw");
    qemuImg(["convert", "-f", format, "-O", "raw", path, raw]);
    resizeImage({ path, format: format as FormatId, grants: [] }, larger);
    truncateSync(raw, larger);
    const info = qemuJson<{ "virtual-size": number }>(["info", "-f", format, path]);
    expect(info["virtual-size"]).toBe(larger);
    mustBeIdentical(raw, path, "raw", format);
    if (each.checked) qemuImg(["check", "-q", "-f", format, path]);
    // qemu goes on with it: what it adds gets in nothing's way.
    const writes = [`write -q -P 5 ${larger - MiB} 1M`, "write -q -P 6 1M 64k"];
    qemuIo(path, format, writes);
    qemuIo(raw, "raw", writes);
    mustBeIdentical(raw, path, "raw", format);
    if (each.checked) qemuImg(["check", "-q", "-f", format, path]);
  });
});

describeWithQemu("whatever a crash leaves of growing is the old disk or the new one", () => {
  for (const [i, each] of cases.entries()) {
    // Every one of its 127 blocks would be read after every write.
    if (each.options === "static=on") continue;
    // Its data lies in another file, which nobody reads past the described size.
    if (each.options === "subformat=monolithicFlat") continue;
    const seed = runSeed + i;
    it(`${nameOf(each)} (seed ${seed})`, () => {
      const r = random(seed);
      const folder = tempFolder();
      const { format: id, larger } = each;
      const before = readFileSync(made(folder, each));
      const format = formatById(id);
      const { file, steps } = recordingTarget(before);
      const how = {
        shrink: false,
        preallocation: "off",
        baseSize: 0,
        read: () => {},
        changeExtent: () => {},
      } as const;
      format.resize?.run(file, larger, how);
      const after = bytesOf(file);
      const states = [disk(before, format), disk(after, format)];
      expect(states[1]?.size).toBe(larger);
      const fixedVhd = each.options?.includes("subformat=fixed") && id === "vpc";
      for (const done of crashes(r, steps, 1)) {
        // As before it: what a flush leaves was looked at already.
        if (done.at(-1)?.kind === "flush") continue;
        const left = replay(before, done);
        expect(probeFormat(memorySource(left)).id).toBe(id === "raw" ? "raw" : id);
        const state = disk(left, format);
        // A fixed VHD's old footer may be seen where the larger disk goes on: nobody wrote there yet.
        if (fixedVhd && state.size === larger) left.fill(0, before.length - 512, before.length);
        expect(states).toContainEqual(fixedVhd ? disk(left, format) : state);
      }
    });
  }
});

describeWithQemu("growing again and again", () => {
  it.each(["vdi", "vpc", "vhdx", "vmdk"] as const)("%s made by Lamina", (format) => {
    const folder = tempFolder();
    const path = join(folder, "a");
    make(path, format, MiB);
    for (const size of [2 * MiB, 40 * MiB, 700 * MiB, 2 ** 37]) {
      qemuIo(path, format, [`write -q -P 3 ${(size / 2 < MiB ? 0 : 64) * 1024} 4k`]);
      resizeImage({ path, grants: [] }, size);
      const info = qemuJson<{ "virtual-size": number }>(["info", "-f", format, path]);
      expect(info["virtual-size"]).toBe(size);
      if (format !== "vpc") qemuImg(["check", "-q", "-f", format, path]);
    }
    const image = openImage({ path, grants: [] });
    const bytes = new Uint8Array(4096);
    image.read(65536, bytes);
    image.close();
    expectBytes(bytes, new Uint8Array(4096).fill(3));
    expect(statSync(path).blocks * 512).toBeLessThan(64 * MiB);
  });
});

describe("what cannot be done is refused before anything is written", () => {
  function refusal(change: () => void): ImageError {
    try {
      change();
    } catch (error) {
      if (error instanceof ImageError) return error;
      throw error;
    }
    throw new Error("it was not refused");
  }

  it("cuts a raw image only with consent, and reserves space when asked", () => {
    const path = join(tempFolder(), "a.raw");
    writeFileSync(path, Buffer.alloc(65536, 1));
    const request = { path, format: "raw", grants: [] } as const;
    expect(refusal(() => resizeImage(request, 4096))).toMatchObject({ code: "invalid-argument" });
    resizeImage(request, 4096, true);
    expect(readFileSync(path)).toEqual(Buffer.alloc(4096, 1));
    resizeImage(request, MiB, false, "full");
    expect(statSync(path)).toMatchObject({ size: MiB });
    expect(statSync(path).blocks * 512).toBeGreaterThanOrEqual(MiB);
    expect(refusal(() => resizeImage(request, MiB, false, "metadata")).code).toBe("unsupported");
  });

  it.each(["vdi", "vpc", "vhdx", "vmdk"] as const)("makes no %s smaller", (format) => {
    const path = join(tempFolder(), "a");
    make(path, format, 4 * MiB);
    const before = readFileSync(path);
    const error = refusal(() => resizeImage({ path, grants: [] }, MiB, true));
    expect(error).toMatchObject({ code: "unsupported" });
    expect(error.hint).toContain("raw image");
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  // What is lost would read as zeros, or as the table that was put there.
  it.each([
    ["vdi", "static=off"],
    ["vdi", "static=on"],
    ["vhdx", "subformat=dynamic"],
    ["vhdx", "subformat=fixed"],
    ["vmdk", "subformat=monolithicSparse"],
    ["vmdk", "subformat=monolithicFlat"],
  ] as const)("grows no %s with %s whose end is cut off", (format, options) => {
    const folder = tempFolder();
    const path = join(folder, `a.${format}`);
    qemuImg(["create", "-q", "-f", format, "-o", options, path, "8M"]);
    qemuIo(path, format, ["write -q -P 7 0 8M"]);
    const data = options === "subformat=monolithicFlat" ? join(folder, "a-flat.vmdk") : path;
    truncateSync(data, statSync(data).size - 1.5 * MiB);
    const before = readFileSync(data);
    const error = refusal(() => resizeImage({ path, grants: [] }, 90 * MiB));
    expect(["invalid-table", "truncated"]).toContain(error.code);
    expect(readFileSync(data).equals(before)).toBe(true);
  });

  it("tells how a stream-optimized VMDK gets another size", () => {
    const path = join(tempFolder(), "a.vmdk");
    const options = { subformat: "streamOptimized" };
    make(path, "vmdk", MiB, options);
    const error = refusal(() => resizeImage({ path, grants: [] }, 2 * MiB));
    expect(error).toMatchObject({ code: "unsupported" });
    expect(error.hint).toContain("Convert it");
  });
});
