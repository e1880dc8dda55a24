import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, describe } from "vitest";
import type { LayerFacts } from "../../../../shared/model/facts";
import { openImage } from "../../../../electron/engine/image/open-image";
import { describeWithQemu, qemuImg, qemuIo, qemuJson } from "../../../helpers/qemu-img";
import { tempFolder } from "../../../helpers/temp-folder";
import { plainFacts } from "../../../helpers/plain-facts";
import { filled, handmade, imageErrorOf, openBytes } from "./handmade";

function factsOfFile(path: string): LayerFacts {
  const image = openImage({ path, format: "qcow2", grants: [] });
  image.close();
  return image.layers[0]!.facts;
}

interface Info {
  "format-specific": { data: object };
  snapshots?: {
    id: string;
    name: string;
    "date-sec": number;
    "date-nsec": number;
    "vm-state-size": number;
    "vm-clock-sec": number;
    "vm-clock-nsec": number;
    icount?: number;
  }[];
}

/** Compares with qemu-img, the order of keys included. */
function expectFormatSpecific(folder: string, name: string): LayerFacts {
  const facts = factsOfFile(join(folder, name));
  const info = qemuJson<Info>(["info", name], folder);
  expect(JSON.stringify(facts.formatSpecific)).toBe(JSON.stringify(info["format-specific"].data));
  return facts;
}

describeWithQemu("facts equal qemu-img's", () => {
  it.each([
    "compat=0.10",
    "compat=1.1",
    "cluster_size=512,lazy_refcounts=on,refcount_bits=1",
    "extended_l2=on,refcount_bits=64",
    "compression_type=zstd",
    "data_file=disk.data",
    "data_file=disk.data,data_file_raw=on",
  ])("%s", (options) => {
    const folder = tempFolder();
    qemuImg(["create", "-q", "-f", "qcow2", "-o", options, "a.qcow2", "1M"], folder);
    const facts = expectFormatSpecific(folder, "a.qcow2");
    if (options.startsWith("data_file")) expect(facts.dataFile).toBe("disk.data");
    else expect(facts.dataFile).toBeUndefined();
  });

  it.each(["encrypt.format=aes", "compat=0.10,encrypt.format=aes"])("%s", (options) => {
    const folder = tempFolder();
    const secret = ["--object", "secret,id=s,data=x"];
    const all = `${options},encrypt.key-secret=s`;
    qemuImg(["create", "-q", ...secret, "-f", "qcow2", "-o", all, "a.qcow2", "1M"], folder);
    expect(expectFormatSpecific(folder, "a.qcow2").encryption).toBe("aes");
  });

  // Made by hand: measuring iterations takes qemu-img seconds.
  it.each([
    ["aes", "xts-plain64", 64],
    ["aes", "cbc-essiv:sha256", 16],
    ["twofish", "xts-plain", 32],
    ["serpent", "cbc-plain64", 32],
  ])("LUKS with %s in %s and a key of %i bytes", (cipher, mode, keyBytes) => {
    const folder = tempFolder();
    const bytes = withLuks(luksHeader(cipher, mode, keyBytes));
    writeFileSync(join(folder, "a.qcow2"), bytes);
    expect(expectFormatSpecific(folder, "a.qcow2").encryption).toBe("luks");
  });

  it("bitmaps, and none when something without bitmap support wrote the image", () => {
    const folder = tempFolder();
    const path = join(folder, "a.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", path, "1M"]);
    qemuImg(["bitmap", "--add", "-g", "512", path, "fine"]);
    qemuImg(["bitmap", "--add", "--disable", "-g", "1M", path, "a longer name"]);
    const { bitmaps } = expectFormatSpecific(folder, "a.qcow2");
    expect(bitmaps).toEqual([
      { name: "fine", granularity: 512, flags: ["auto"] },
      { name: "a longer name", granularity: 2 ** 20, flags: [] },
    ]);
    qemuIo(path, "raw", ["write -P 0 95 1"]);
    const after = expectFormatSpecific(folder, "a.qcow2");
    expect(after.bitmaps).toEqual([]);
    expect(plainFacts(after).details).toContainEqual({ name: "bitmaps consistent", value: false });
  });

  it.each(["0.10", "1.1"])("snapshots of compat %s", (compat) => {
    const folder = tempFolder();
    const path = join(folder, "a.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", "-o", `compat=${compat}`, path, "1M"]);
    qemuImg(["snapshot", "-c", "one", path]);
    // Version 2 cannot be resized while it has snapshots.
    const size = (compat === "1.1" ? 3 : 1) * 2 ** 20;
    if (compat === "1.1") qemuImg(["resize", "-q", path, String(size)]);
    qemuImg(["snapshot", "-c", "zwei mit Umläuten äöü", path]);
    qemuImg(["snapshot", "-c", "one", path]);
    const { snapshots } = expectFormatSpecific(folder, "a.qcow2");
    const info = qemuJson<Info>(["info", path]);
    expect(
      snapshots.map((each) => ({
        id: each.id,
        name: each.name,
        "date-sec": each.dateSeconds,
        "date-nsec": each.dateNanoseconds,
        "vm-state-size": each.vmStateSize,
        clock: each.vmClockNanoseconds,
        icount: each.icount,
      })),
    ).toEqual(
      info.snapshots?.map((each) => ({
        id: each.id,
        name: each.name,
        "date-sec": each["date-sec"],
        "date-nsec": each["date-nsec"],
        "vm-state-size": each["vm-state-size"],
        clock: String(each["vm-clock-sec"] * 1e9 + each["vm-clock-nsec"]),
        icount: each.icount === undefined ? undefined : String(each.icount),
      })),
    );
    expect(snapshots.map(({ diskSize }) => diskSize)).toEqual([2 ** 20, size, size]);
  });
});

/** A LUKS header with its first two key slots in use. */
function luksHeader(cipher: string, mode: string, keyBytes: number): Uint8Array {
  const bytes = new Uint8Array(592);
  const view = new DataView(bytes.buffer);
  const put = (at: number, text: string) => bytes.set(new TextEncoder().encode(text), at);
  // Key material: 4000 stripes of the key, in whole pages of 8 sectors.
  const slotSectors = Math.ceil((keyBytes * 4000) / 4096) * 8;
  bytes.set([0x4c, 0x55, 0x4b, 0x53, 0xba, 0xbe, 0, 1]);
  put(8, cipher);
  put(40, mode);
  put(72, "sha256");
  view.setUint32(104, 8 + 8 * slotSectors);
  view.setUint32(108, keyBytes);
  view.setUint32(164, 54321);
  put(168, "01234567-89ab-cdef-0123-456789abcdef");
  for (let slot = 0; slot < 8; slot++) {
    const at = 208 + 48 * slot;
    view.setUint32(at, slot < 2 ? 0x00ac71f3 : 0x0000dead);
    view.setUint32(at + 4, slot < 2 ? 1000 + slot : 0);
    view.setUint32(at + 40, 8 + slot * slotSectors);
    view.setUint32(at + 44, 4000);
  }
  return bytes;
}

/** A LUKS image with that header. */
function withLuks(header: Uint8Array): Uint8Array {
  const pointer = new Uint8Array(16);
  const view = new DataView(pointer.buffer);
  view.setBigUint64(0, 5n * 65536n);
  view.setBigUint64(8, 2n ** 21n);
  const data = new Uint8Array(2 ** 21);
  data.set(header);
  return handmade({ cryptMethod: 2, extensions: [{ type: 0x0537be77, data: pointer }], data });
}

describe("LUKS header", () => {
  it("is refused when it is none or of another version", () => {
    const second = luksHeader("aes", "xts-plain64", 64);
    second[7] = 2;
    for (const header of [new Uint8Array(592), second]) {
      const error = imageErrorOf(() => openBytes(withLuks(header)));
      expect(error).toMatchObject({ code: "invalid-header", at: 5 * 65536 });
    }
  });
});

/** A snapshot table entry with `extra` behind its fixed part. */
function snapshotEntry(id: string, name: string, extra: bigint[]): Uint8Array {
  const text = new TextEncoder().encode(id + name);
  const idLength = new TextEncoder().encode(id).length;
  const length = 40 + extra.length * 8 + text.length;
  const bytes = new Uint8Array(Math.ceil(length / 8) * 8);
  const view = new DataView(bytes.buffer);
  view.setUint16(12, idLength);
  view.setUint16(14, text.length - idLength);
  view.setUint32(16, 1_700_000_000);
  view.setUint32(20, 999_999_999);
  view.setBigUint64(24, 2n ** 64n - 2n);
  view.setUint32(32, 4711);
  view.setUint32(36, extra.length * 8);
  extra.forEach((value, i) => view.setBigUint64(40 + i * 8, value));
  bytes.set(text, 40 + extra.length * 8);
  return bytes;
}

/** An image whose snapshot table holds `entries`. */
function withSnapshots(...entries: Uint8Array[]): Uint8Array {
  const data = new Uint8Array(entries.reduce((sum, entry) => sum + entry.length, 0));
  let at = 0;
  for (const entry of entries) {
    data.set(entry, at);
    at += entry.length;
  }
  const bytes = handmade({ data });
  const view = new DataView(bytes.buffer);
  view.setUint32(60, entries.length);
  view.setBigUint64(64, 5n * 65536n);
  return bytes;
}

describe("snapshot table", () => {
  it("has entries of many lengths", () => {
    const none = snapshotEntry("1", "a", []);
    const state = snapshotEntry("2", "bb\u0007\n", [5_000_000_000n]);
    const all = snapshotEntry("3", "", [1n, 2n ** 40n, 12n, 99n]);
    const unrecorded = snapshotEntry("1", "a", [0n, 512n, 2n ** 64n - 1n]);
    const common = {
      dateSeconds: 1_700_000_000,
      dateNanoseconds: 999_999_999,
      vmClockNanoseconds: "18446744073709551614",
    };
    const { facts } = openBytes(withSnapshots(none, state, all, unrecorded));
    expect(facts.snapshots).toEqual([
      { ...common, id: "1", name: "a", vmStateSize: 4711 },
      { ...common, id: "2", name: "bb\u0007\n", vmStateSize: 5_000_000_000 },
      { ...common, id: "3", name: "", vmStateSize: 1, diskSize: 2 ** 40, icount: "12" },
      { ...common, id: "1", name: "a", vmStateSize: 0, diskSize: 512 },
    ]);
  });

  it("is told as far as it goes when it ends too early or holds too much", () => {
    const entry = snapshotEntry("1", "name", [0n, 512n]);
    const lostOf = (bytes: Uint8Array) => {
      const { facts, lostSnapshots } = openBytes(bytes);
      const lost = facts.details.find(({ id }) => id === "lost-snapshots")?.value;
      return { there: facts.snapshots.length, lost, error: lostSnapshots };
    };
    const two = withSnapshots(entry, entry);
    expect(lostOf(two)).toEqual({ there: 2, lost: undefined, error: undefined });
    const cut = lostOf(two.subarray(0, two.length - 8));
    expect(cut).toMatchObject({ there: 1, lost: 1, error: { code: "truncated" } });
    const many = withSnapshots(entry);
    new DataView(many.buffer).setUint32(60, 65536);
    expect(lostOf(many)).toMatchObject({ lost: 65535, error: { code: "truncated" } });
    const large = withSnapshots(entry, snapshotEntry("1", "", new Array<bigint>(129).fill(0n)));
    const error = { code: "limit", found: 1032 };
    expect(lostOf(large)).toMatchObject({ there: 1, lost: 1, error });
  });
});

describe("bitmap directory", () => {
  const directory = new Uint8Array(32);
  const view = new DataView(directory.buffer);
  view.setBigUint64(0, 3n * 65536n);
  view.setUint32(8, 1);
  view.setUint32(12, 3);
  directory[16] = 1;
  directory[17] = 16;
  view.setUint16(18, 4);
  directory.set(new TextEncoder().encode("name"), 24);

  function withDirectory(bytes: Uint8Array, count = 1, size = bytes.length): Uint8Array {
    const data = new Uint8Array(24);
    const extension = new DataView(data.buffer);
    extension.setUint32(0, count);
    extension.setBigUint64(8, BigInt(size));
    extension.setBigUint64(16, 5n * 65536n);
    return handmade({ autoclear: 1n, extensions: [{ type: 0x23852875, data }], data: bytes });
  }

  it("tells inconsistent bitmaps", () => {
    expect(openBytes(withDirectory(directory)).facts.bitmaps).toEqual([
      { name: "name", granularity: 65536, flags: ["in-use", "auto"] },
    ]);
  });

  it("keeps nobody from the disk when it is damaged", () => {
    const lostOf = (bytes: Uint8Array) => {
      const { facts, lostBitmaps } = openBytes(bytes);
      expect(plainFacts(facts).details).toContainEqual({
        name: "bitmaps consistent",
        value: false,
      });
      return `${lostBitmaps?.code} at ${lostBitmaps?.at}, ${facts.bitmaps.length} left`;
    };
    const [extension, place] = [112 + 8, 5 * 65536];
    expect(lostOf(withDirectory(directory, 0))).toBe(`invalid-table at ${extension}, 1 left`);
    expect(lostOf(withDirectory(directory, 2))).toBe(`invalid-table at ${extension}, 1 left`);
    expect(lostOf(withDirectory(directory, 1, 4096))).toBe(`truncated at ${place}, 1 left`);
    expect(lostOf(withDirectory(directory, 1, 2 ** 40))).toBe(`limit at ${extension}, 0 left`);
    expect(lostOf(withDirectory(filled(32, 0)))).toBe(`invalid-table at ${place + 18}, 0 left`);
    const extra = directory.slice();
    new DataView(extra.buffer).setUint32(20, 0xffffffff);
    expect(lostOf(withDirectory(extra))).toContain("truncated");
  });

  it("does not have more tables read than the file could hold", () => {
    const count = 1500;
    const entries = new Uint8Array(count * 32);
    for (let i = 0; i < count; i++) {
      entries.set(directory, i * 32);
      new DataView(entries.buffer).setUint32(i * 32 + 8, 8192);
      entries.set(new TextEncoder().encode(String(1000 + i)), i * 32 + 24);
    }
    const { facts, lostBitmaps } = openBytes(withDirectory(entries, count));
    expect(lostBitmaps?.code).toBe("invalid-table");
    expect(facts.bitmaps.length).toBeLessThan(1100);
  });

  it("missing although its feature bit is set means no bitmaps", () => {
    expect(openBytes(handmade({ autoclear: 1n })).facts.bitmaps).toEqual([]);
  });
});
