import { describe, expect, it } from "vitest";
import { ImageError } from "../../../../electron/engine/errors";
import { vmdk } from "../../../../electron/engine/formats/vmdk";
import { stackLayers } from "../../../../electron/engine/image/disk-image";
import { memorySource } from "../../../../electron/engine/io/memory";
import { random, runSeed } from "../../../helpers/seed";
import { fileBytes, marked, type FileBytes } from "./bytes";
import { cowd, seSparse, seSparsePlaces } from "./esx-handmade";
import { descriptorText, hosted } from "./handmade";
import { imageErrorOf, memoryGate, openBytes } from "./opened";

const grains = new Map([
  [1, marked(1, 8192)],
  [3, marked(3, 8192)],
  [9, marked(9, 8192)],
]);
const shape = { capacity: 171, entriesPerTable: 4, grains };
const descriptor = descriptorText(['RW 171 SPARSE "a.vmdk"']);

const plain = hosted({ ...shape, descriptor });
const streamed = hosted({ ...shape, compressed: true, footer: true });
const seGrains = new Map([[2, { index: 5, content: marked(1, 4096) }]]);

/** Images by kind: their bytes, where their headers are, and where the first grain begins. */
const images = {
  "hosted sparse": {
    bytes: plain.file.bytes(),
    headers: [0],
    metadata: [...plain.places.values()][0]!,
  },
  "stream-optimized": {
    bytes: streamed.file.bytes(),
    headers: [0, streamed.end - 1024],
    metadata: [...streamed.places.values()][0]!,
  },
  "ESX Server sparse": {
    bytes: cowd(171, 8, new Map([[3, marked(1, 4096)]])),
    headers: [0],
    metadata: 5 * 512 + 16384,
  },
  "space-efficient sparse": {
    bytes: seSparse(80, seGrains),
    headers: [0, seSparsePlaces.volatileHeader],
    metadata: seSparsePlaces.tables + 32768,
  },
};

/** Opens, maps everything and reads much of it. An ImageError may come; anything else fails. */
function expectNoHarm(bytes: Uint8Array): "fine" | "refused" {
  const source = memorySource(bytes, "image.vmdk");
  // A damaged name is found, too, so that more than the first line is looked at.
  const anything = { ...memoryGate(), open: () => memorySource(marked(1, 2048), "a.vmdk") };
  try {
    vmdk.probe(source);
    const image = stackLayers([vmdk.open(source, anything)]);
    expect(Number.isSafeInteger(image.size)).toBe(true);
    let end = 0;
    let extents = 0;
    for (const { at, run } of image.extents()) {
      expect(at).toBe(end);
      expect(run.length).toBeGreaterThan(0);
      end += run.length;
      extents += 1;
      if (extents < 100) image.read(at, new Uint8Array(Math.min(run.length, 20_000)));
      if (extents > 10_000) return "fine";
    }
    expect(end).toBe(image.size);
    return "fine";
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    // Without capacity the descriptor's extent counts.
    expect(["image.vmdk", "a.vmdk"]).toContain(error.file);
    return "refused";
  }
}

const extremes = [0n, 1n, 2n, 3n, 7n, 255n, 512n, 513n, 0x7fffffffn, 0x80000000n, 0xffffffffn];
const wide = [
  2n ** 33n,
  2n ** 43n,
  2n ** 44n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
];

describe("hostile images", () => {
  it.each(Object.entries(images))("%s: the image itself is fine", (_, { bytes }) => {
    expect(expectNoHarm(bytes)).toBe("fine");
  });

  it.each(Object.entries(images))("%s: each header field at its extremes", (_, image) => {
    for (const base of image.headers) {
      for (let at = base; at < base + 208; at += 4) {
        const bytes = (): FileBytes => fileBytes(image.bytes);
        for (const value of extremes) expectNoHarm(bytes().u32(at, Number(value)).bytes());
        for (const value of wide) expectNoHarm(bytes().u64(at, value).bytes());
      }
    }
  });

  it.each(Object.entries(images))("%s: cut off anywhere in its tables", (kind, image) => {
    const { bytes, metadata } = image;
    for (let end = 0; end < metadata; end += 101) {
      const outcome = expectNoHarm(bytes.slice(0, end));
      // With a directory the empty grains before the cut may still be told.
      if (end < 512 || kind === "stream-optimized") expect(outcome).toBe("refused");
    }
    expect(expectNoHarm(bytes.slice(0, metadata))).toBe("refused");
  });

  it.each(Object.entries(images))(`%s: random damage (seed ${runSeed})`, (_, image) => {
    const rng = random(runSeed ^ image.metadata);
    for (let round = 0; round < 400; round += 1) {
      const bytes = image.bytes.slice();
      for (let changes = rng.between(1, 8); changes > 0; changes -= 1) {
        bytes[rng.between(4, image.metadata)] = rng.pick([0, 1, 0x7f, 0xff, rng.between(0, 256)]);
      }
      expectNoHarm(bytes);
    }
  });

  it(`damaged descriptors (seed ${runSeed})`, () => {
    const rng = random(runSeed ^ 4242);
    const text = Buffer.from(descriptorText(["RW 8 ZERO", 'RW 4 FLAT "a.vmdk" 0', "RW 4 ZERO"]));
    for (let round = 0; round < 400; round += 1) {
      const bytes = Buffer.from(text);
      for (let changes = rng.between(1, 6); changes > 0; changes -= 1) {
        bytes[rng.between(22, bytes.length)] = rng.pick([0, 9, 10, 32, 34, 0x2d, 0x39, 0xff]);
      }
      expectNoHarm(bytes);
    }
  });

  it("a directory of billions of tables is refused before anything is allocated", () => {
    const { file } = hosted({ capacity: 16, grainSectors: 1, entriesPerTable: 1 });
    const open = () => openBytes(file.u64(12, 2 ** 43).bytes());
    expect(imageErrorOf(open)).toMatchObject({ code: "limit", found: 2 ** 43 });
  });

  it("a descriptor of terabytes is refused before anything is allocated", () => {
    const { file } = hosted({ capacity: 16, descriptor });
    expect(imageErrorOf(() => openBytes(file.u64(36, 2 ** 33).bytes())).code).toBe("limit");
  });

  it.each([
    ["version", 4, 4, "unsupported"],
    ["version", 4, 0, "unsupported"],
    ["grain size", 20, 24, "invalid-header"],
    ["grain size", 20, 0, "invalid-header"],
    ["number of entries", 44, 513, "invalid-header"],
    ["number of entries", 44, 0, "invalid-header"],
    ["compression", 77, 2, "unsupported"],
    ["descriptor's place", 28, 0x7fffffff, "truncated"],
  ])("says where the %s is bad", (_, at, value, code) => {
    const bytes = fileBytes(images["hosted sparse"].bytes).u32(at, value).bytes();
    const error = imageErrorOf(() => openBytes(bytes));
    expect(error).toMatchObject({ code, file: "image.vmdk" });
    expect(error.at).toBe(code === "truncated" ? value * 512 : at);
  });

  it("is closed together with the extents that were opened", () => {
    const closed: string[] = [];
    const open = (name: string) => ({
      ...memorySource(marked(1, 2048), name),
      close: () => void closed.push(name),
    });
    const gate = { ...memoryGate(), open: ({ name }: { name: string }) => open(name) };
    const good = descriptorText(['RW 4 FLAT "a" 0', 'RW 4 VMFS "b"']);
    vmdk.open(memorySource(Buffer.from(good)), gate).close();
    expect(closed.splice(0)).toEqual(["a", "b"]);
    const bad = descriptorText(['RW 4 FLAT "a" 0', 'RW 4 SPARSE "b"']);
    expect(imageErrorOf(() => vmdk.open(memorySource(Buffer.from(bad)), gate)).code).toBe(
      "not-this-format",
    );
    expect(closed.sort()).toEqual(["a", "b"]);
  });
});
