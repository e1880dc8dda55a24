import { deflateRawSync, deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { fileBytes, marked, type FileBytes } from "./bytes";
import { hosted, type HostedSpec } from "./handmade";
import { guestBytes, imageErrorOf, openBytes } from "./opened";

const grain = 8192;
const content = marked(9, grain);

const streamed = (more: Partial<HostedSpec> = {}) =>
  hosted({
    capacity: 48,
    compressed: true,
    version: 3,
    grains: new Map([[1, content]]),
    ...more,
  });

/** The image with another stream in the place of its one grain. */
function withStream(stream: Uint8Array, size = stream.length): FileBytes {
  const { file, places } = streamed();
  const at = places.get(1)!;
  return fileBytes(file.bytes().slice(0, at))
    .u64(at, 16)
    .u32(at + 8, size)
    .put(at + 12, stream);
}

describe("compressed grains", () => {
  it("tell their place and decode by themselves", () => {
    const { file, places } = streamed();
    const run = openBytes(file.bytes()).map(grain + 512, 2 ** 30);
    expect(run).toMatchObject({
      kind: "encoded",
      at: places.get(1)! + 12,
      stored: deflateSync(content).length,
      unit: grain,
      skip: 512,
      length: grain - 512,
    });
  });

  it("the disk's last grain may hold no more than the disk needs", () => {
    for (const stored of [content, content.subarray(0, 1024)]) {
      const { file } = streamed({ capacity: 18, grains: new Map([[1, stored]]) });
      const bytes = guestBytes(openBytes(file.bytes()));
      expect(bytes.subarray(grain)).toEqual(content.subarray(0, 1024));
    }
  });

  it("padding behind the stream does no harm", () => {
    const stream = deflateSync(content);
    const padded = Buffer.concat([stream, Buffer.alloc(100, 0x55)]);
    expect(guestBytes(openBytes(withStream(padded).bytes())).subarray(grain, 2 * grain)).toEqual(
      content,
    );
  });

  it("without markers the stream begins at the grain's place", () => {
    const { file, places } = streamed({ flags: 0x10001 });
    const at = places.get(1)!;
    const bare = fileBytes(file.bytes().slice(0, at)).put(at, deflateSync(content));
    expect(guestBytes(openBytes(bare.bytes())).subarray(grain, 2 * grain)).toEqual(content);
  });

  it.each([
    ["without the newline test", 0x30000, {}],
    ["with a redundant directory that is not there", 0x30003, {}],
    ["with zeroed grains", 0x30005, {}],
    ["without markers, which are there", 0x10001, {}],
    ["without compression, which the algorithm tells", 0x20001, {}],
    ["as of a sparse extent", 3, {}],
    ["of none", 0, {}],
    ["that nobody knows", 0x7ff30009, {}],
    ["and version 1", 0x30001, { version: 1 }],
    ["and version 2", 0x30001, { version: 2 }],
    ["of none, in front of a footer", 0, { footer: true }],
    ["of none, in larger grains", 0, { grainSectors: 128, capacity: 384 }],
  ])("are read under flags %s", (_, flags, more: Partial<HostedSpec>) => {
    const size = (more.grainSectors ?? 16) * 512;
    const stored = marked(9, size);
    const grains = new Map([
      [0, stored],
      [2, stored],
    ]);
    const { file } = streamed({ flags, grains, ...more });
    const bytes = file.bytes();
    if ((flags & 1) === 0) bytes.fill(0, 73, 77);
    const guest = guestBytes(openBytes(bytes));
    expect(guest.subarray(0, size)).toEqual(stored);
    expect(guest.subarray(size, 2 * size)).toEqual(new Uint8Array(size));
    expect(guest.subarray(2 * size)).toEqual(stored);
  });

  it("are refused where the flags tell of them and the algorithm of none", () => {
    const bytes = streamed().file.bytes();
    bytes[77] = 0;
    expect(imageErrorOf(() => openBytes(bytes))).toMatchObject({ code: "invalid-header" });
    bytes[77] = 2;
    expect(imageErrorOf(() => openBytes(bytes))).toMatchObject({ code: "unsupported", found: 2 });
  });

  it.each([
    ["a stream cut short", deflateSync(content).subarray(0, 60), "corrupt-data"],
    ["a stream that holds too little", deflateSync(content.subarray(1)), "corrupt-data"],
    ["a bomb", deflateSync(new Uint8Array(10_000_000)), "corrupt-data"],
    ["deflate without zlib's wrapper", deflateRawSync(content), "corrupt-data"],
    ["no stream", Uint8Array.of(1, 2, 3, 4), "corrupt-data"],
  ])("refuses %s", (_, stream, code) => {
    const layer = openBytes(withStream(stream).bytes());
    expect(imageErrorOf(() => guestBytes(layer)).code).toBe(code);
  });

  it("a wrong checksum is seen", () => {
    const stream = Buffer.from(deflateSync(content));
    stream.writeUInt8(stream.at(-1)! ^ 1, stream.length - 1);
    const layer = openBytes(withStream(stream).bytes());
    expect(imageErrorOf(() => guestBytes(layer))).toMatchObject({
      code: "corrupt-data",
      file: "image.vmdk",
    });
  });

  it.each([0, 2 * grain + 1, 0xffffffff])("a size of %d is refused before reading", (size) => {
    const layer = openBytes(withStream(deflateSync(content), size).bytes());
    expect(imageErrorOf(() => layer.map(grain, grain)).code).toBe("corrupt-data");
  });

  it("a stream or marker past the end of the file is told as such", () => {
    const { file, places } = streamed();
    for (const end of [places.get(1)!, places.get(1)! + 5, places.get(1)! + 30]) {
      const layer = openBytes(file.bytes().slice(0, end));
      expect(imageErrorOf(() => layer.map(grain, grain)).code).toBe("truncated");
    }
  });
});

describe("footer", () => {
  const make = () => streamed({ footer: true });

  it("is missed when the file is cut off", () => {
    const bytes = make().file.bytes();
    for (const end of [bytes.length - 512, bytes.length - 1536, 1024, 512]) {
      expect(imageErrorOf(() => openBytes(bytes.slice(0, end))).code).toBe("truncated");
    }
  });

  it.each([
    ["capacity", 12],
    ["grain size", 20],
    ["entries", 44],
  ])("must agree with the header: %s", (_, field) => {
    const { file, end } = make();
    const footer = end - 1024;
    file.u32(footer + field, field === 44 ? 100 : 64);
    expect(imageErrorOf(() => openBytes(file.bytes()))).toMatchObject({
      code: "invalid-header",
      at: footer,
    });
  });

  it("must name a directory", () => {
    const { file, end } = make();
    file.u64(end - 1024 + 56, 2n ** 64n - 1n);
    expect(imageErrorOf(() => openBytes(file.bytes())).code).toBe("invalid-header");
  });
});
