import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { vpc } from "../../../../electron/engine/formats/vhd";
import { stackLayers } from "../../../../electron/engine/image/disk-image";
import { memorySource } from "../../../../electron/engine/io/memory";
import { expectBytes } from "../../../helpers/bytes";
import { describeWithQemu, qemuJson } from "../../../helpers/qemu-img";
import { tempFolder } from "../../../helpers/temp-folder";
import { block, detailsOf, fixed, footer, footerAt, handmade, openBytes, seal } from "./handmade";

const probe = (bytes: Uint8Array): boolean => vpc.probe(memorySource(bytes));
const refused = (code: string) => expect.objectContaining({ code });

function readAll(bytes: Uint8Array): Uint8Array {
  const image = stackLayers([openBytes(bytes)]);
  const into = new Uint8Array(image.size);
  image.read(0, into);
  return into;
}

const data = Uint8Array.from({ length: 3 * 512 }, (_, at) => 1 + (at % 251));
const whole = block([true, true, true, true, true, true, true, true], 1);
const dynamic = handmade({ table: [0], blocks: [whole] });

describe("a fixed VHD", () => {
  it.each([512, 511])(
    "is found by the %i bytes at its end, which are not the guest's",
    (length) => {
      const bytes = fixed(data, {}, length);
      expect(probe(bytes)).toBe(true);
      const layer = openBytes(bytes);
      expect(layer.blockSize).toBe(1);
      expect(layer.facts.clusterSize).toBeUndefined();
      expect(detailsOf(layer).get("disk type")).toBe("fixed");
      expectBytes(readAll(bytes), data);
    },
  );

  it("is what its footer says even when the guest's first sector is another VHD's", () => {
    const inner = data.slice();
    inner.set(footer({ type: 3, currentSize: 4096 }));
    expectBytes(readAll(fixed(inner)), inner);
  });

  it("of no size is a lone footer", () => {
    const layer = openBytes(fixed(new Uint8Array(0)));
    expect(layer.size).toBe(0);
    expect(layer.facts.corrupt).toBeUndefined();
  });

  it("ends with zeros where the file ends within its last sector", () => {
    const bytes = fixed(data.subarray(0, 1000), { currentSize: 1000 });
    const expected = new Uint8Array(1024);
    expected.set(data.subarray(0, 1000));
    expectBytes(readAll(bytes), expected);
    expect(openBytes(bytes).map(1000, 24)).toEqual({ kind: "zero", length: 24 });
  });

  it("whose size is more than there is, is read as far as it goes", () => {
    const layer = openBytes(fixed(data, { currentSize: 4096 }));
    expect(layer.size).toBe(4096);
    expect(layer.map(0, 4096)).toMatchObject({ kind: "data", at: 0, length: 1536 });
    expect(() => layer.map(1536, 1)).toThrow(refused("truncated"));
  });

  it("with a wrong checksum counts when its size is that of the file", () => {
    const bytes = fixed(data);
    bytes[data.length + footerAt.checksum]! ^= 1;
    expect(openBytes(bytes).facts.corrupt).toBe(true);
    expectBytes(readAll(bytes), data);
    bytes[data.length + footerAt.currentSize + 6]! ^= 2;
    expect(() => openBytes(bytes)).toThrow(refused("invalid-header"));
  });

  it("is none when the cookie is wrong", () => {
    const bytes = fixed(data);
    bytes[data.length + 7] = 0;
    expect(probe(bytes)).toBe(false);
    expect(() => openBytes(bytes)).toThrow(refused("not-this-format"));
  });
});

describeWithQemu("a fixed VHD, unlike with qemu-img", () => {
  it("is not taken for a raw disk one sector longer", () => {
    const path = join(tempFolder(), "fixed.vhd");
    const bytes = fixed(data);
    writeFileSync(path, bytes);
    expect(qemuJson<object>(["info", path])).toMatchObject({
      format: "raw",
      "virtual-size": data.length + 512,
    });
    expect(probe(bytes)).toBe(true);
    expect(openBytes(bytes).size).toBe(data.length);
  });
});

describe("a dynamic VHD's footer", () => {
  const damaged = "the footer at the end is damaged";

  it("at the end counts, of 511 bytes too", () => {
    const short = handmade({ table: [0], blocks: [whole], footerLength: 511 });
    for (const bytes of [dynamic, short]) {
      expect(openBytes(bytes).facts.corrupt).toBeUndefined();
      expectBytes(readAll(bytes), whole.data);
    }
  });

  it("that is damaged is replaced by its copy", () => {
    const bytes = dynamic.slice();
    bytes[bytes.length - 512 + footerAt.currentSize + 5] = 99;
    expectBytes(readAll(bytes), whole.data);
    expect(openBytes(bytes).facts.corrupt).toBe(true);
    expect(detailsOf(openBytes(bytes)).get("footer")).toBe(damaged);
  });

  it("that is lost is replaced by its copy", () => {
    const bytes = dynamic.subarray(0, dynamic.length - 512);
    expect(probe(bytes)).toBe(true);
    expectBytes(readAll(bytes), whole.data);
    expect(detailsOf(openBytes(bytes)).get("footer")).toBe(damaged);
  });

  it("needs no copy", () => {
    const bytes = dynamic.slice();
    bytes.fill(0, 0, 512);
    expectBytes(readAll(bytes), whole.data);
    expect(openBytes(bytes).facts.corrupt).toBeUndefined();
  });

  it("with a wrong checksum counts when its copy is the same", () => {
    const bytes = dynamic.slice();
    for (const at of [68, bytes.length - 512 + 68]) bytes[at]! ^= 0xff;
    expectBytes(readAll(bytes), whole.data);
    expect(openBytes(bytes).facts.corrupt).toBe(true);
    bytes[69]! ^= 0xff;
    expect(() => openBytes(bytes)).toThrow(
      expect.objectContaining({
        code: "invalid-header",
        at: bytes.length - 512 + footerAt.checksum,
      }),
    );
  });
});

describe("the size of a VHD", () => {
  const small = [100, 4, 17] as const;
  const currentSize = 100 * 4 * 17 * 512 + 5 * 512;

  function sizeWith(creator: string, geometry: readonly [number, number, number]) {
    const table = Array.from({ length: 1 + currentSize / 4096 }, () => undefined);
    const bytes = handmade({ table, currentSize, creator, geometry });
    const layer = openBytes(bytes);
    return { bytes, size: layer.size, details: detailsOf(layer) };
  }

  it.each(["vpc ", "qemu"])("made by '%s' is that of its geometry", (creator) => {
    const { size, details } = sizeWith(creator, small);
    expect(size).toBe(100 * 4 * 17 * 512);
    expect(details.get("size taken from")).toBe("geometry");
    expect(details.get("current size")).toBe(currentSize);
    expect(details.get("geometry size")).toBe(size);
  });

  const byCurrentSize = ["qem2", "win ", "d2v ", "tap\0", "CTXS"];

  it.each([...byCurrentSize, "wa\0\0", "vbox", "test"])(
    "made by '%s' is its current size",
    (creator) => {
      const { size, details } = sizeWith(creator, small);
      expect(size).toBe(currentSize);
      expect(details.get("size taken from")).toBe("current size");
      expect(details.get("geometry size")).toBe(100 * 4 * 17 * 512);
    },
  );

  it("is not that of the largest geometry, nor of none", () => {
    for (const geometry of [
      [65535, 16, 255],
      [0, 4, 17],
    ] as const) {
      const { size, details } = sizeWith("vpc ", geometry);
      expect(size).toBe(currentSize);
      expect(details.has("geometry size")).toBe(false);
    }
  });

  it("is told once where both agree", () => {
    const bytes = handmade({ table: [undefined], currentSize: 512, geometry: [1, 1, 1] });
    expect(detailsOf(openBytes(bytes)).has("current size")).toBe(false);
  });

  describeWithQemu("for qemu-img", () => {
    // Creators that it does not know have another size from 10.0 on.
    it.each(["vpc ", "qemu", ...byCurrentSize])("is the same when made by '%s'", (creator) => {
      const path = join(tempFolder(), "a.vhd");
      const { bytes, size } = sizeWith(creator, small);
      writeFileSync(path, bytes);
      expect(qemuJson<object>(["info", "-f", "vpc", path])).toMatchObject({ "virtual-size": size });
    });
  });
});

describe("a footer that is not supported", () => {
  it.each([
    ["a version", footerAt.version, 0x00020000],
    ["disk type 0", footerAt.type, 0],
    ["disk type 5", footerAt.type, 5],
  ])("says so: %s", (_, at, value) => {
    const bytes = fixed(data);
    const end = bytes.subarray(data.length);
    new DataView(end.buffer, end.byteOffset).setUint32(at, value);
    seal(end, footerAt.checksum);
    expect(() => openBytes(bytes)).toThrow(
      expect.objectContaining({ code: "unsupported", at: data.length + at }),
    );
  });

  it("has a size past what a number holds", () => {
    for (const size of [2n ** 53n, 2n ** 53n - 1n]) {
      const bytes = fixed(data);
      const end = bytes.subarray(data.length);
      new DataView(end.buffer, end.byteOffset).setBigUint64(footerAt.currentSize, size);
      seal(end, footerAt.checksum);
      expect(() => openBytes(bytes)).toThrow(refused("limit"));
    }
  });
});
