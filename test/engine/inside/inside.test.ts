import { describe, expect, it } from "vitest";
import { ImageError } from "../../../electron/engine/errors";
import { insideOf } from "../../../electron/engine/inside/inside";
import { insideSchema, type Inside } from "../../../shared/model/inside";
import { crc32 } from "../../../electron/engine/codec/crc32";
import { random, runSeed } from "../../helpers/seed";
import {
  crc32Of,
  diskImage,
  efiType,
  linuxType,
  putGpt,
  putMbr,
  putProtectiveMbr,
  type GptPlace,
} from "./disks";

const M = 2 ** 20;

/** The report as the renderer gets it. */
const inside = (disk: Buffer): Inside => insideSchema.parse(insideOf(diskImage(disk)));
const ids = (disk: Buffer): string[] => inside(disk).findings.map(({ id }) => id);

/** A disk of 8 MiB with an EFI system partition and a Linux one. */
function gptDisk(place: GptPlace = {}): Buffer {
  const disk = Buffer.alloc(8 * M);
  const sectors = (bytes: number): number => bytes / (place.sectorSize ?? 512);
  putProtectiveMbr(disk, place.sectorSize);
  putGpt(
    disk,
    [
      { type: efiType, first: sectors(M), last: sectors(2 * M) - 1, name: "EFI" },
      { type: linuxType, first: sectors(2 * M), last: sectors(7 * M) - 1, attributes: 4n },
    ],
    place,
  );
  return disk;
}

const gptPartitions = [
  { number: 1, start: M, length: M, kind: "efi-system", name: "EFI", bootable: false },
  { number: 2, start: 2 * M, length: 5 * M, kind: "linux", bootable: true },
];

describe("GPT", () => {
  it.each([512, 4096])("is read on a disk with sectors of %i bytes", (sectorSize) => {
    expect(inside(gptDisk({ sectorSize }))).toMatchObject({
      table: "gpt",
      sectorSize,
      partitions: gptPartitions,
      findings: [],
    });
  });

  it.each([512, 4096])("is read from its backup (sectors of %i bytes)", (sectorSize) => {
    for (const at of [sectorSize + 40, sectorSize + 17, 2 * sectorSize + 60]) {
      const disk = gptDisk({ sectorSize });
      disk[at]! ^= 1;
      expect(inside(disk)).toMatchObject({
        table: "gpt",
        sectorSize,
        partitions: gptPartitions,
        findings: [{ id: "gpt-primary-damaged", at: sectorSize }],
      });
    }
  });

  it("tells when nothing of it is whole", () => {
    const disk = gptDisk();
    disk[512 + 40]! ^= 1;
    disk[8 * M - 512 + 40]! ^= 1;
    expect(inside(disk)).toMatchObject({ table: "gpt", partitions: [] });
    expect(ids(disk)).toEqual(["gpt-damaged"]);
  });

  it("tells what is wrong with the backup", () => {
    const damaged = gptDisk();
    damaged[8 * M - 512 + 40]! ^= 1;
    expect(ids(damaged)).toEqual(["gpt-backup-damaged"]);
    expect(ids(Buffer.concat([gptDisk(), Buffer.alloc(M)]))).toEqual(["gpt-backup-not-at-end"]);
    expect(ids(gptDisk().subarray(0, 7.5 * M))).toEqual(["gpt-backup-missing"]);
  });

  it("does not take a header for one that lies where it was not made for", () => {
    const disk = gptDisk();
    // The backup's own bytes in the primary's place: the CRC is right.
    disk.copy(disk, 512, 8 * M - 512);
    expect(ids(disk)).toEqual(["gpt-primary-damaged"]);
  });

  it("needs a protective MBR, and says when other entries stand beside it", () => {
    const without = gptDisk();
    without.fill(0, 0, 512);
    expect(inside(without)).toMatchObject({
      table: "gpt",
      partitions: gptPartitions,
      findings: [{ id: "gpt-no-protective-mbr" }],
    });
    const hybrid = gptDisk();
    putMbr(hybrid, [
      { type: 0xee, start: 1, sectors: 2047 },
      { type: 0x0c, start: 2048, sectors: 2048 },
    ]);
    expect(ids(hybrid)).toEqual(["hybrid-mbr"]);
    const stale = gptDisk();
    putMbr(stale, [{ type: 0x83, start: 2048, sectors: 2048 }]);
    expect(inside(stale)).toMatchObject({ table: "mbr", findings: [{ id: "gpt-stale" }] });
  });

  it("tells of partitions past the end and over one another", () => {
    const disk = Buffer.alloc(4 * M);
    putProtectiveMbr(disk);
    putGpt(disk, [
      { type: linuxType, first: 2048, last: 6143 },
      { type: linuxType, first: 2100, last: 2200 },
      { type: linuxType, first: 6000, last: 2 ** 40 },
    ]);
    expect(inside(disk).findings).toEqual([
      { id: "partition-past-end", partition: 3 },
      { id: "partitions-overlap", partition: 2 },
      { id: "partitions-overlap", partition: 3 },
    ]);
  });

  it("has zlib's CRC-32", () => {
    const bytes = new Uint8Array(1000);
    random(3).fill(bytes);
    expect(crc32(bytes)).toBe(crc32Of(bytes));
    expect(crc32(bytes.subarray(400), crc32(bytes.subarray(0, 400)))).toBe(crc32Of(bytes));
  });
});

describe("MBR", () => {
  /** Two primary partitions and an extended one with two logical ones. */
  function mbrDisk(): Buffer {
    const disk = Buffer.alloc(8 * M);
    putMbr(disk, [
      { type: 0x83, start: 2048, sectors: 2048, active: true },
      { type: 0x07, start: 4096, sectors: 2048 },
      { type: 0x0f, start: 6144, sectors: 8192 },
    ]);
    putMbr(
      disk,
      [
        { type: 0x82, start: 63, sectors: 1000 },
        { type: 0x05, start: 2048, sectors: 4096 },
      ],
      6144 * 512,
    );
    putMbr(disk, [{ type: 0x8e, start: 63, sectors: 2000 }], (6144 + 2048) * 512);
    return disk;
  }

  it("is read with its logical partitions", () => {
    const disk = mbrDisk();
    disk[0] = 0xeb;
    const S = 512;
    expect(inside(disk)).toMatchObject({ table: "mbr", sectorSize: 512, bootCode: true });
    expect(inside(disk).partitions).toEqual(
      [
        { number: 1, start: M, length: M, type: "83", kind: "linux", bootable: true },
        { number: 2, start: 2 * M, length: M, type: "07", kind: "ntfs-exfat", bootable: false },
        { number: 3, start: 3 * M, length: 4 * M, type: "0f", kind: "extended", bootable: false },
        { number: 5, start: (6144 + 63) * S, length: 1000 * S, type: "82", kind: "linux-swap" },
        { number: 6, start: (8192 + 63) * S, length: 2000 * S, type: "8e", kind: "linux-lvm" },
      ].map((partition) => expect.objectContaining(partition)),
    );
  });

  it("ends where the extended boot records loop or are none", () => {
    const loop = mbrDisk();
    putMbr(
      loop,
      [
        { type: 0x8e, start: 63, sectors: 2000 },
        { type: 0x05, start: 0, sectors: 4096 },
      ],
      (6144 + 2048) * 512,
    );
    expect(ids(loop)).toEqual(["mbr-extended-damaged"]);
    expect(inside(loop).partitions).toHaveLength(5);
    const none = mbrDisk();
    none.fill(0, 8192 * 512, 8192 * 512 + 512);
    expect(inside(none).findings).toEqual([{ id: "mbr-extended-damaged", at: 8192 * 512 }]);
  });

  it("stops after 124 logical partitions", () => {
    const disk = Buffer.alloc(M);
    putMbr(disk, [{ type: 0x05, start: 1, sectors: 2000 }]);
    for (let record = 0; record < 400; record += 2)
      putMbr(
        disk,
        [
          { type: 0x83, start: 1, sectors: 1 },
          { type: 0x05, start: record + 2, sectors: 2 },
        ],
        (1 + record) * 512,
      );
    expect(inside(disk).partitions).toHaveLength(125);
    expect(ids(disk)).toEqual(["more-partitions"]);
  });

  it("is not seen in noise, and a disk without any table has none", () => {
    const noise = Buffer.alloc(M);
    random(5).fill(noise);
    noise.writeUInt16LE(0xaa55, 510);
    for (const disk of [noise, Buffer.alloc(M), Buffer.alloc(0), Buffer.alloc(100, 1)])
      expect(inside(disk)).toMatchObject({ table: "none", partitions: [], findings: [] });
    const empty = Buffer.alloc(M);
    putMbr(empty, []);
    expect(inside(empty)).toMatchObject({ table: "mbr", partitions: [] });
  });
});

describe("what a disk holds", () => {
  it("takes a file system without a table for what it is", () => {
    const disk = Buffer.alloc(M);
    disk.write("\xeb\x52\x90NTFS    ", 0, "latin1");
    disk.writeUInt16LE(512, 11);
    disk.writeUInt16LE(2047, 40);
    disk.writeUInt16LE(0xaa55, 510);
    expect(inside(disk)).toMatchObject({
      table: "none",
      bootCode: false,
      whole: { kind: "ntfs", size: M },
      partitions: [],
    });
  });

  it("looks into partitions, and tells when what they hold is longer than they are", () => {
    const disk = gptDisk();
    disk.write("XFSB", 2 * M, "latin1");
    disk.writeUInt32BE(4096, 2 * M + 4);
    disk.writeUInt32BE(1280, 2 * M + 12);
    expect(inside(disk)).toMatchObject({
      partitions: [{}, { content: { kind: "xfs", size: 5 * M } }],
      findings: [],
    });
    disk.writeUInt32BE(1281, 2 * M + 12);
    expect(inside(disk).findings).toEqual([{ id: "content-past-end", partition: 2 }]);
  });

  it("shows the table when a partition cannot be read, and fails when the disk's start cannot", () => {
    const image = diskImage(gptDisk());
    const failing = (from: number) => ({
      ...image,
      read(at: number, into: Uint8Array) {
        if (at + into.length > from && at < 3 * M) throw new ImageError("io", "unplugged");
        image.read(at, into);
      },
    });
    expect(insideOf(failing(2 * M))).toMatchObject({
      partitions: gptPartitions,
      findings: [{ id: "partition-unreadable", partition: 2 }],
    });
    expect(() => insideOf(failing(0))).toThrow("unplugged");
  });

  it(`survives any byte of its tables at any value (seed ${runSeed})`, () => {
    const seeded = random(runSeed);
    for (let round = 0; round < 100; round += 1) {
      const disk = gptDisk({ sectorSize: seeded.pick([512, 4096]) });
      for (let change = 0; change < 4; change += 1) {
        const at = seeded.pick([446, 512, 600, 1024, 1056, 4096, 4136, 8192, disk.length - 512]);
        disk.fill(seeded.between(0, 256), at, at + seeded.between(1, 80));
      }
      expect(() => inside(disk)).not.toThrow();
    }
  });
});
