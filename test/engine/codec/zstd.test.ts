import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { nodeZstd, portableZstd } from "../../../electron/engine/codec/zstd";
import { openImage } from "../../../electron/engine/image/open-image";
import { expectBytes } from "../../helpers/bytes";
import { describeWithQemu, qemuImg } from "../../helpers/qemu-img";
import { random, runSeed } from "../../helpers/seed";
import { tempFolder } from "../../helpers/temp-folder";
import { thrownBy } from "../io/thrown";

const implementations = [portableZstd, ...(nodeZstd ? [nodeZstd] : [])];

const magic = [0x28, 0xb5, 0x2f, 0xfd];
/** A frame of one segment, its content size in four bytes. */
const frame = (size: number, ...blocks: readonly number[][]): Uint8Array =>
  Uint8Array.of(
    ...magic,
    0xa0,
    size & 0xff,
    (size >> 8) & 0xff,
    (size >> 16) & 0xff,
    0,
    ...blocks.flat(),
  );
const types = { raw: 0, repeated: 1, compressed: 2, reserved: 3 } as const;
function block(
  type: keyof typeof types,
  bytes: readonly number[],
  { last = true, size = bytes.length } = {},
): number[] {
  const header = (last ? 1 : 0) | (types[type] << 1) | (size << 3);
  return [header & 0xff, (header >> 8) & 0xff, header >> 16, ...bytes];
}

describe.each(implementations)("$id", (zstd) => {
  const refusal = (from: Uint8Array, length: number) => {
    const into = new Uint8Array(length).fill(7);
    const error = thrownBy(() => zstd.decode(from, into));
    expect(into.every((byte) => byte === 7)).toBe(true);
    return error.code;
  };

  it("takes one frame and leaves what follows", () => {
    const blocks = [
      block("raw", [1, 2, 3], { last: false }),
      block("repeated", [9], { last: false, size: 4 }),
      // Raw literals of one byte, no sequences.
      block("compressed", [1 << 3, 5, 0]),
    ];
    const into = new Uint8Array(8);
    for (const junk of [[], [0], magic, [...frame(8, ...blocks)]]) {
      zstd.decode(Uint8Array.of(...frame(8, ...blocks), ...junk), into);
      expect([...into]).toEqual([1, 2, 3, 9, 9, 9, 9, 5]);
    }
  });

  it("refuses what does not decode to exactly what is asked for", () => {
    const whole = frame(3, block("raw", [1, 2, 3]));
    // Without a content size: the window's byte, then blocks.
    const unsized = Uint8Array.of(...magic, 0, 0, ...block("raw", [1, 2, 3]));
    for (const length of [0, 2, 4]) {
      expect(refusal(whole, length)).toBe("corrupt-data");
      expect(refusal(unsized, length)).toBe("corrupt-data");
    }
    for (let end = 0; end < whole.length; end += 1)
      expect(refusal(whole.subarray(0, end), 3)).toBe("corrupt-data");
    const repeated = frame(3, block("repeated", [1], { size: 2 ** 17 }));
    expect(refusal(repeated, 3)).toBe("corrupt-data");
    expect(refusal(frame(3, block("reserved", [1, 2, 3])), 3)).toBe("corrupt-data");
    expect(refusal(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), 3)).toBe("corrupt-data");
  });

  it("refuses a dictionary and a window that is too large", () => {
    const raw = block("raw", [1]);
    expect(refusal(Uint8Array.of(...magic, 0x21, 77, 1, ...raw), 1)).toBe("unsupported");
    expect(refusal(Uint8Array.of(...magic, 0, 31 << 3, ...raw), 1)).toBe("unsupported");
  });

  it("ends at the first match past its room, however many there would be", () => {
    // 98 302 sequences of 131 074 bytes each, from tables of one symbol without bits.
    const sequences = [255, 255, 255, 0x54, 0, 2, 52];
    const hostile = block("compressed", [1 << 3, 5, ...sequences, 255, 255, 255, 255]);
    expect(refusal(frame(65_536, hostile), 65_536)).toBe("corrupt-data");
  });
});

describeWithQemu(`Zstandard clusters of qemu-img, seed ${runSeed}`, () => {
  it.each([512, 65_536, 2_097_152])("of %i bytes decode in every implementation", (clusterSize) => {
    const folder = tempFolder();
    const raw = join(folder, "a.raw");
    const path = join(folder, "a.qcow2");
    const disk = content(Math.max(4 * clusterSize, 2 ** 19));
    writeFileSync(raw, disk);
    const options = `compression_type=zstd,cluster_size=${clusterSize}`;
    qemuImg(["convert", "-c", "-f", "raw", "-O", "qcow2", "-o", options, raw, path]);
    const image = openImage({ path, grants: [] });
    let encoded = 0;
    for (const { at, run } of image.extents()) {
      const expected = disk.subarray(at, at + run.length);
      if (run.kind !== "encoded") continue;
      encoded += 1;
      const stored = new Uint8Array(run.stored);
      image.layers[0]?.source.read(run.at, stored);
      for (const { decode } of implementations) {
        const into = new Uint8Array(clusterSize);
        decode(stored, into);
        expectBytes(into, expected, at);
      }
    }
    expect(encoded).toBeGreaterThan(2);
    const all = new Uint8Array(disk.length);
    image.read(0, all);
    expectBytes(all, disk);
    image.close();
  });

  it("that are damaged decode to something else, or to an error, and end", () => {
    const r = random(runSeed);
    const folder = tempFolder();
    const disk = content(2 ** 18);
    writeFileSync(join(folder, "a.raw"), disk);
    const args = ["-c", "-f", "raw", "-O", "qcow2", "-o", "compression_type=zstd"];
    qemuImg(["convert", ...args, "a.raw", "a.qcow2"], folder);
    const image = openImage({ path: join(folder, "a.qcow2"), grants: [] });
    const frames: Uint8Array[] = [];
    for (const { run } of image.extents()) {
      if (run.kind !== "encoded") continue;
      const stored = new Uint8Array(run.stored);
      image.layers[0]?.source.read(run.at, stored);
      frames.push(stored);
    }
    image.close();
    let refused = 0;
    for (let i = 0; i < 300; i += 1) {
      const damaged = r.pick(frames).slice();
      const near = r.chance(0.5) ? Math.min(80, damaged.length) : damaged.length;
      damaged[r.between(0, near)] = r.between(0, 256);
      for (const { decode } of implementations) {
        try {
          decode(damaged, new Uint8Array(65_536));
        } catch (error) {
          expect(error).toMatchObject({ name: "ImageError" });
          refused += 1;
        }
      }
    }
    expect(refused).toBeGreaterThan(0);
  });
});

/** Words, code, islands of noise, runs: what uses every kind of block and table. */
function content(length: number): Uint8Array {
  const r = random(runSeed);
  const code = readFileSync(new URL("../../../package-lock.json", import.meta.url));
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const part = bytes.subarray(at, at + r.between(1, 90_000));
    const kind = r.between(0, 4);
    if (kind === 0) r.fill(part);
    else if (kind === 1) part.fill(r.between(1, 256));
    else if (kind === 2 && at > 100) part.set(bytes.subarray(0, Math.min(at, part.length)));
    else {
      const from = r.between(0, code.length - part.length);
      part.set(code.subarray(from, from + part.length));
    }
    at += part.length;
  }
  return bytes;
}
