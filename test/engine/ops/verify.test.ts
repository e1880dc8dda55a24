import { createHash } from "node:crypto";
import { join } from "node:path";
import { statSync, truncateSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { convert, createControl, openSource, verifyCopy } from "../../../electron/engine";
import { stackLayers, type DiskImage } from "../../../electron/engine/image/disk-image";
import { needsHoles } from "../../helpers/holes";
import { patternDisk, writeRawFile } from "../../helpers/pattern-disk";
import { random, runSeed } from "../../helpers/seed";
import { tempFolder } from "../../helpers/temp-folder";
import { blockLayer, randomLayer } from "../image/block-layer";
import { jobOf } from "./convert-job";

const MIB = 1024 * 1024;
const BLOCK = 65_536;

const sha256 = (...parts: readonly Uint8Array[]): string => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
};

/** The glossary's definition, over an array. */
function hashOfDataBlocks(bytes: Uint8Array): string {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += BLOCK) {
    const block = bytes.subarray(at, at + BLOCK);
    if (block.every((byte) => byte === 0)) continue;
    const offset = new Uint8Array(8);
    new DataView(offset.buffer).setBigUint64(0, BigInt(at), true);
    parts.push(offset, block);
  }
  return sha256(...parts);
}

/** The same disk twice, stored in different ways. */
function twice(seed: number) {
  const numbers = random(seed);
  const size = numbers.between(1, 20 * BLOCK);
  const layer = randomLayer(numbers, size, numbers.pick([512, 4096, 100_000]));
  const plain = blockLayer(numbers, size, size, ["data"]);
  const bytes = layer.bytes;
  const source = { ...plain.source, read: (at: number, into: Uint8Array) => copy(at, into) };
  function copy(at: number, into: Uint8Array): void {
    into.set(bytes.subarray(at, at + into.length));
  }
  const map = (at: number, max: number) =>
    ({ kind: "data", source, at, length: Math.min(max, size - at) }) as const;
  return { bytes, a: stackLayers([layer]), b: stackLayers([{ ...plain, source, map }]) };
}

const ofImage = (path: string): DiskImage => openSource({ images: [{ path, grants: [] }] });

describe(`verifying, seed ${runSeed}`, () => {
  it.each([0, 1, 2, 3, 4, 5])("hashes what the guest sees, layout %i", (index) => {
    const { a, b, bytes } = twice(runSeed + index);
    const control = createControl();
    const verified = { method: "sha256", sha256: sha256(bytes), size: bytes.length };
    expect(verifyCopy(a, b, control)).toEqual(verified);
    expect(verifyCopy(b, a, createControl())).toEqual(verified);
    expect([control.done, control.total]).toEqual([bytes.length, bytes.length]);
  });

  it.each([0, 1, 2, 3, 4, 5])("hashes blocks with data of a large one, layout %i", (index) => {
    const { a, b, bytes } = twice(runSeed + 50 + index);
    const control = createControl();
    const verified = { method: "compared", sha256: hashOfDataBlocks(bytes), size: bytes.length };
    expect(verifyCopy(a, b, control, 0)).toEqual(verified);
    expect(verifyCopy(b, a, createControl(), 0)).toEqual(verified);
    expect(control.done).toBe(control.total);
  });

  it("compares a huge disk by what it stores", (context) => {
    needsHoles(context);
    const folder = tempFolder();
    const [path, target] = ["a.raw", "b.qcow2"].map((name) => join(folder, name));
    writeFileSync(path!, "data");
    truncateSync(path!, 2 ** 40);
    convert(jobOf(path!, target!, "qcow2"));
    const [a, b] = [ofImage(path!), ofImage(target!)];
    const first = new Uint8Array(BLOCK);
    first.set(Buffer.from("data"));
    expect(verifyCopy(a, b, createControl())).toEqual({
      method: "compared",
      sha256: hashOfDataBlocks(first),
      size: 2 ** 40,
    });
    a.close();
    b.close();
  });

  it.each([0, 1, 2, 3])("names the first byte that differs, layout %i", (index) => {
    const numbers = random(runSeed + 100 + index);
    const folder = tempFolder();
    const [path, target] = ["a.raw", "b.raw"].map((name) => join(folder, name));
    const disk = patternDisk(numbers, 3 * MIB);
    writeRawFile(path!, disk);
    const places = [1, 2, 3].map(() => numbers.between(0, disk.size)).toSorted((x, y) => x - y);
    for (const at of places) disk.bytes[at]! ^= 0xff;
    writeFileSync(target!, disk.bytes);
    const [a, b] = [ofImage(path!), ofImage(target!)];
    for (const limit of [0, undefined]) {
      expect(() => verifyCopy(a, b, createControl(), limit)).toThrow(
        expect.objectContaining({ code: "different", at: places[0], file: target }),
      );
    }
    a.close();
    b.close();
  });

  it("takes a longer target that ends with zeros, and no other", () => {
    const numbers = random(3);
    const [a, longer, dirty] = [4096, 8192, 8192].map((size, index) => {
      const layer = blockLayer(numbers, size, 4096, ["data", index === 1 ? "zero" : "data"]);
      return stackLayers([
        {
          ...layer,
          map: (at, max) =>
            at < 4096 ? { kind: "zero", length: Math.min(max, 4096 - at) } : layer.map(at, max),
        },
      ]);
    });
    expect(verifyCopy(a!, longer!, createControl()).sha256).toBe(sha256(new Uint8Array(4096)));
    const different = expect.objectContaining({ code: "different", at: 4096 });
    expect(() => verifyCopy(a!, dirty!, createControl())).toThrow(different);
    expect(() => verifyCopy(longer!, a!, createControl())).toThrow(different);
  });

  it("stops when it is cancelled, in zeros too", () => {
    for (const kind of ["zero", "data"] as const) {
      const disk = stackLayers([blockLayer(random(4), 2 * MIB, 2 * MIB, [kind])]);
      const control = createControl();
      control.cancel();
      const cancelled = expect.objectContaining({ code: "cancelled" });
      expect(() => verifyCopy(disk, disk, control)).toThrow(cancelled);
      expect(control.done).toBeLessThanOrEqual(2 * MIB);
    }
  });

  it("agrees with a conversion of several grown images", () => {
    const folder = tempFolder();
    const [a, b, target] = ["a.raw", "b.raw", "c.qcow2"].map((name) => join(folder, name));
    const numbers = random(runSeed + 200);
    for (const path of [a!, b!]) writeRawFile(path, patternDisk(numbers, 512 * 999));
    const images = [a!, b!].map((path) => ({ path, grants: [] }));
    const request = { images, size: MIB };
    convert(jobOf("", target!, "qcow2", { source: request }));
    expect(statSync(target!).size).toBeGreaterThan(0);
    const [source, copy] = [openSource(request), ofImage(target!)];
    expect(verifyCopy(source, copy, createControl()).size).toBe(MIB);
    source.close();
    copy.close();
  });
});
