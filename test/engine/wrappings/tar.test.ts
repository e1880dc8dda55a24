import { describe, expect, it } from "vitest";
import { ImageError } from "../../../electron/engine/errors";
import { memorySource } from "../../../electron/engine/io/memory";
import { listDisks } from "../../../electron/engine/wrappings/tar/disks";
import { beginsTar, listEntries } from "../../../electron/engine/wrappings/tar/entries";
import { random, runSeed } from "../../helpers/seed";
import { thrownBy } from "../io/thrown";
import { archive, base256, ovf, paxRecord, type HandmadeEntry } from "./archive";

const data = new Uint8Array(700).fill(1);
const disk = new Uint8Array(1024).fill(2);
const list = (bytes: Uint8Array) => [...listEntries(memorySource(bytes, "a.tar"))];
const disksOf = (bytes: Uint8Array) => listDisks(memorySource(bytes, "a.tar"));
const names = (entries: readonly HandmadeEntry[]) => list(archive(entries)).map(({ name }) => name);

describe("a tar archive", () => {
  it("is known by its first header, checksum and all", () => {
    const bytes = archive([{ name: "a", data }]);
    expect(beginsTar(memorySource(bytes))).toBe(true);
    expect(beginsTar(memorySource(bytes.subarray(0, 511)))).toBe(false);
    expect(beginsTar(memorySource(bytes.map((byte, at) => (at === 0 ? byte ^ 1 : byte))))).toBe(
      false,
    );
    expect(beginsTar(memorySource(new Uint8Array(4096)))).toBe(false);
  });

  it("lists its files where they lie, and nothing else that is in it", () => {
    const entries = [
      { name: "a", data },
      { name: "folder/", type: "5", size: "00000000777" },
      { name: "link", type: "2" },
      { name: "hard", type: "1", size: "00000000777" },
      { name: "b", data: disk, type: "\0" },
      { name: "empty" },
    ];
    expect(list(archive(entries))).toEqual([
      { name: "a", at: 512, length: 700 },
      { name: "b", at: 512 * 7, length: 1024 },
      { name: "empty", at: 512 * 10, length: 0 },
    ]);
  });

  it("ends at a block of zeros, or with the file", () => {
    const bytes = archive([{ name: "a", data }]);
    expect(list(bytes.subarray(0, -1024))).toHaveLength(1);
    expect(list(Buffer.concat([bytes, bytes]))).toHaveLength(1);
  });

  it("may have long names in every way there is", () => {
    const long = `${"folder/".repeat(20)}disk.vmdk`;
    expect(names([{ name: "b", prefix: "a" }])).toEqual(["a/b"]);
    expect(
      names([{ name: "@", type: "L", data: Buffer.from(`${long}\0`) }, { name: "x" }]),
    ).toEqual([long]);
    const pax = Buffer.concat([paxRecord("path", long), paxRecord("mtime", "1.5")]);
    expect(names([{ name: "@", type: "x", data: pax }, { name: "x" }, { name: "y" }])).toEqual([
      long,
      "y",
    ]);
    const global = { name: "@", type: "g", data: paxRecord("path", "all") };
    expect(names([global, { name: "x" }])).toEqual(["x"]);
  });

  it("keeps names as labels, whatever they look like", () => {
    const odd = ["../../etc/passwd", "/dev/sda", "a\nb", "\u202ekdmv"];
    expect(names(odd.map((name) => ({ name })))).toEqual(odd);
  });

  it("may have sizes to base 256, and in a pax header", () => {
    const wide = archive([{ name: "a", data, size: base256(700n) }, { name: "b" }]);
    expect(list(wide)[0]).toEqual({ name: "a", at: 512, length: 700 });
    const pax = { name: "@", type: "x", data: paxRecord("size", "700") };
    const bytes = archive([pax, { name: "a", data, size: "00000000000" }, { name: "b" }]);
    expect(list(bytes).map(({ length }) => length)).toEqual([700, 0]);
  });

  it.each([
    ["truncated", { name: "a", data, size: "77777777777" }],
    ["truncated", { name: "a", data, size: base256(2n ** 52n) }],
    ["limit", { name: "a", data, size: base256(2n ** 60n) }],
    ["invalid-header", { name: "a", data, size: base256(-1n) }],
    ["invalid-header", { name: "a", data, size: "12x" }],
    ["limit", { name: "@", type: "L", data: new Uint8Array(70_000) }],
    ["invalid-header", { name: "@", type: "x", data: Buffer.from("99 path=a\n") }],
    ["invalid-header", { name: "@", type: "x", data: Buffer.from("x path=a\n") }],
    ["invalid-header", { name: "@", type: "x", data: paxRecord("size", "-5") }],
    ["invalid-header", { name: "@", type: "x", data: paxRecord("size", "99999999999999999") }],
  ])("is refused as %s with %o", (code, entry) => {
    expect(thrownBy(() => list(archive([entry, { name: "b" }]))).code).toBe(code);
  });

  it("is refused with a damaged header, or more entries than anybody has", () => {
    const bytes = archive([{ name: "a" }, { name: "b" }]);
    bytes[512] = 1;
    expect(thrownBy(() => list(bytes))).toMatchObject({ code: "invalid-header", at: 512 });
    const [one] = [archive([{ name: "a" }]).subarray(0, 512)];
    const many = Buffer.concat(Array.from({ length: 10_001 }, () => one));
    expect(thrownBy(() => list(many)).code).toBe("limit");
  });

  it(`with random bytes changed is listed or refused (seed ${runSeed})`, () => {
    const chance = random(runSeed);
    const whole = archive([
      { name: "a.ovf", data: ovf([{ href: "b" }]) },
      { name: "@", type: "x", data: paxRecord("path", "b") },
      { name: "b", data: disk },
    ]);
    for (let round = 0; round < 500; round += 1) {
      const bytes = whole.slice(0, chance.between(0, whole.length + 1));
      for (let count = chance.between(0, 4); count > 0 && bytes.length > 0; count -= 1)
        bytes[chance.between(0, bytes.length)] = chance.between(0, 256);
      try {
        disksOf(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(ImageError);
      }
    }
  });
});

describe("sparse files", () => {
  const field = (value: number): Uint8Array =>
    new TextEncoder().encode(`${value.toString(8).padStart(11, "0")}\0`);
  /** An entry with up to four pieces. */
  const sparse = (size: number, pieces: readonly (readonly [number, number])[]): HandmadeEntry => ({
    name: "disk.raw",
    type: "S",
    data,
    patch(header) {
      header.fill(0, 345, 500);
      header.set([0x20, 0x20, 0], 262);
      for (const [index, [at, length]] of pieces.entries()) {
        header.set(field(at), 386 + index * 24);
        header.set(field(length), 386 + index * 24 + 12);
      }
      header.set(field(size), 483);
    },
  });

  it("tell where their pieces belong", () => {
    const pieces: [number, number][] = [
      [0, 100],
      [5000, 600],
      [9000, 0],
    ];
    expect(list(archive([sparse(9000, pieces)]))[0]?.sparse).toEqual({
      size: 9000,
      blocks: 0,
      pieces: [
        { at: 0, length: 100 },
        { at: 5000, length: 600 },
      ],
    });
  });

  it.each([
    [
      "overlap",
      [
        9000,
        [
          [0, 400],
          [300, 300],
        ],
      ],
    ],
    [
      "reach past the end",
      [
        5100,
        [
          [0, 100],
          [5000, 600],
        ],
      ],
    ],
    ["are not what is stored", [9000, [[0, 100]]]],
  ] as const)("whose pieces %s are refused", (_, [size, pieces]) => {
    expect(thrownBy(() => list(archive([sparse(size, pieces)]))).code).toBe("invalid-table");
  });

  it("of the pax kind are named as what cannot be opened", () => {
    const pax = { name: "@", type: "x", data: paxRecord("GNU.sparse.major", "1") };
    const found = disksOf(archive([pax, { name: "disk.raw", data: disk }]));
    expect(found?.disks[0]?.obstacle).toContain("pax");
  });
});

describe("the disks in an archive", () => {
  it("are images by their bytes, or raw by their name", () => {
    const qcow2 = new Uint8Array(1024);
    qcow2.set([0x51, 0x46, 0x49, 0xfb, 0, 0, 0, 3]);
    const found = disksOf(
      archive([
        { name: "readme", data: disk },
        { name: "disk.raw", data: disk },
        { name: "any", data: qcow2 },
        { name: "short.raw", data: new Uint8Array(100) },
      ]),
    );
    expect(found?.disks.map(({ name, format }) => [name, format])).toEqual([
      ["disk.raw", "raw"],
      ["any", "qcow2"],
    ]);
  });

  it("may be none: then the file is not taken for a wrapping", () => {
    expect(disksOf(archive([{ name: "readme", data: disk }]))).toBeUndefined();
  });

  it("are those that the descriptor names", () => {
    const found = disksOf(
      archive([
        { name: "a.ovf", data: ovf([{ href: "disk1" }, { href: "./two &amp; more.img" }]) },
        { name: "tools.iso", data: disk },
        { name: "other.raw", data: disk },
        { name: "./disk1", data: disk },
        { name: "two & more.img", data: disk },
      ]),
    );
    expect(found?.disks.map(({ name }) => name)).toEqual(["./disk1", "two & more.img"]);
  });

  it("are told once, however often the descriptor names them", () => {
    const found = disksOf(
      archive([
        { name: "a.ovf", data: ovf([{ href: "disk1" }, { href: "./disk1" }, { href: "disk1" }]) },
        { name: "disk1", data: disk },
        { name: "./disk1", data: disk },
      ]),
    );
    expect(found?.disks).toMatchObject([{ name: "disk1" }]);
  });

  it.each([
    ['ovf:compression="gzip"', "gzip"],
    ['ovf:chunkSize="1000"', "parts"],
  ])("with %s are named as what cannot be opened", (attributes, word) => {
    const chunked = word === "parts";
    const found = disksOf(
      archive([
        { name: "a.ovf", data: ovf([{ href: "disk1", attributes }]) },
        { name: chunked ? "disk1.000000000" : "disk1", data: disk },
      ]),
    );
    expect(found?.disks[0]?.obstacle).toContain(word);
  });

  it("are missed when the archive has none that is named", () => {
    const bytes = archive([{ name: "a.ovf", data: ovf([{ href: "disk1" }]) }]);
    expect(thrownBy(() => disksOf(bytes)).code).toBe("missing-file");
  });
});
