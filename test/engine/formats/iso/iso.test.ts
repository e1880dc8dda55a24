import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { iso } from "../../../../electron/engine/formats/iso";
import { closedGate } from "../../../../electron/engine/image/gate";
import { memorySource } from "../../../../electron/engine/io/memory";
import { descriptorsAt, putDescriptors, type Disc } from "./disc";

/** Discs written by other people's tools; each a few files with a boot image. */
function realDisc(name: string): Uint8Array {
  return gunzipSync(readFileSync(join(import.meta.dirname, "discs", `${name}.iso.gz`)));
}

function disc(content: Disc, length = 40 * 2048): Uint8Array {
  const bytes = new Uint8Array(length);
  putDescriptors(bytes, content);
  return bytes;
}

function open(bytes: Uint8Array) {
  const layer = iso.open(memorySource(bytes, "disc.iso"), closedGate);
  const details = Object.fromEntries(layer.facts.details.map(({ name, value }) => [name, value]));
  return { layer, details, label: layer.facts.label };
}

describe("an ISO 9660 image", () => {
  it("tells what genisoimage wrote: Joliet, El Torito and UDF", () => {
    const bytes = realDisc("genisoimage");
    const { layer, details, label } = open(bytes);
    expect(iso.probe(memorySource(bytes))).toBe(true);
    expect(label).toBe("LAMINA TEST");
    expect(layer.size).toBe(bytes.length);
    expect(details).toMatchObject({
      "System identifier": "LINUX",
      "Volume identifier": "LAMINA TEST",
      "Publisher identifier": "NOBODY",
      "Logical block size": 2048,
      "Volume size": bytes.length,
      "Joliet volume identifier": "LAMINA TEST",
      "El Torito boot catalog sector": 275,
      "UDF recognition": "NSR02",
    });
    expect(details).not.toHaveProperty("Problem");
  });

  it("tells what xorriso wrote: neither Joliet nor UDF", () => {
    const { details, label } = open(realDisc("xorriso"));
    expect(label).toBe("XORRISO");
    expect(details).not.toHaveProperty("Joliet volume identifier");
    expect(details).not.toHaveProperty("UDF recognition");
    expect(details).not.toHaveProperty("El Torito boot catalog sector");
  });

  it("takes the block size from its field", () => {
    const { details } = open(disc({ blockSize: 512, blocks: 160 }));
    expect(details).toMatchObject({ "Logical block size": 512, "Volume size": 81920 });
  });

  it("reads the second half of a pair, Joliet names and the time of creation", () => {
    const { details } = open(disc({ joliet: "Đĩa 磁盘", catalog: 33, udf: "NSR03" }));
    expect(details).toMatchObject({
      "Joliet volume identifier": "Đĩa 磁盘",
      "El Torito boot catalog sector": 33,
      "UDF recognition": "NSR03",
      "Volume creation": "2024-01-02 03:04:05",
    });
  });

  it("says how much of a cut-off disc is missing and still reads what is there", () => {
    const { layer, details } = open(disc({ blocks: 100 }));
    expect(details["Problem"]).toBe(`The file ends ${60 * 2048} bytes too early`);
    expect(layer.map(0, 1000)).toMatchObject({ kind: "data", at: 0, length: 1000 });
  });

  it.each([descriptorsAt + 6, descriptorsAt + 100, descriptorsAt + 2047])(
    "opens a file of %i bytes, which ends in its first descriptor, and says so",
    (length) => {
      const bytes = disc({}).subarray(0, length);
      expect(iso.probe(memorySource(bytes))).toBe(true);
      const { layer, details, label } = open(bytes);
      expect(label).toBeUndefined();
      expect(details).toEqual({ Problem: "The primary volume descriptor is missing" });
      expect(layer.size).toBe(Math.ceil(length / 512) * 512);
    },
  );

  it("names an impossible block size", () => {
    expect(open(disc({ blockSize: 3 })).details["Problem"]).toMatch(/3 bytes/);
  });

  it("lets no control characters through to screens", () => {
    expect(open(disc({ label: "A\u001b[31mB" })).label).toBe("A\ufffd[31mB");
    const { details } = open(disc({ joliet: "A\u202eB\ud800C" }));
    expect(details["Joliet volume identifier"]).toBe("A\ufffdB\ufffdC");
  });

  it("reads a descriptor set without end only so far", () => {
    const bytes = new Uint8Array(descriptorsAt + 2000 * 2048);
    for (let at = descriptorsAt; at < bytes.length; at += 2048)
      bytes.set(new TextEncoder().encode("\u0002CD001"), at);
    let reads = 0;
    const source = memorySource(bytes);
    const counted = {
      ...source,
      read: (at: number, into: Uint8Array) => {
        reads += 1;
        source.read(at, into);
      },
    };
    iso.open(counted, closedGate);
    expect(reads).toBeLessThan(100);
  });

  it("is not what has no CD001 in its place", () => {
    const bytes = disc({});
    bytes[descriptorsAt + 1] = 0x44;
    expect(iso.probe(memorySource(bytes))).toBe(false);
    expect(() => open(bytes)).toThrow(expect.objectContaining({ code: "not-this-format" }));
    expect(iso.probe(memorySource(new Uint8Array(descriptorsAt + 5)))).toBe(false);
    expect(iso.probe(memorySource(new Uint8Array(0)))).toBe(false);
  });
});
