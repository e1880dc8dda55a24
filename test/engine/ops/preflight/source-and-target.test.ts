import { describe, expect, it } from "vitest";
import { preflight } from "../../../../electron/engine";
import type { PreflightFacts } from "../../../../electron/engine/ops/preflight/facts";
import type { ImageUser } from "../../../../shared/model/in-use";
import type { Inside, InsideFinding } from "../../../../shared/model/inside";
import type { PreflightFinding } from "../../../../shared/model/preflight";
import type { ImageReport } from "../../../../shared/model/report";
import { both, GiB, report, target } from "./disks";

const found = (source: ImageReport, more: Partial<PreflightFacts> = {}): PreflightFinding[] =>
  preflight({ source, target: target("qcow2"), ...more }, "other");

const facts = { snapshots: [], bitmaps: [], details: [] };
const failure = { code: "corrupt-data", message: "A table is damaged" };

describe("what is said of the source", () => {
  it("asks to shut the machine down where the host cannot tell who has it open", () => {
    expect(found(report())).toEqual([]);
    expect(found(report({ usersHidden: true }))).toEqual([
      { id: "source-in-use-unknown", level: "note" },
    ]);
  });

  it("names who writes to it", () => {
    const path = "/vms/disk.qcow2";
    const process = { id: 7, name: "qemu-system-x86", machine: "web01" };
    const cases: readonly (readonly [ImageUser, PreflightFinding["values"]])[] = [
      [
        { sign: "lock", writes: true, process },
        { path, by: "web01, qemu-system-x86 (7)" },
      ],
      [
        { sign: "open", writes: true, process: { id: 7, name: "cp" } },
        { path, by: "cp (7)" },
      ],
      [
        { sign: "loop", writes: true, path: "/dev/loop0" },
        { path, by: "/dev/loop0" },
      ],
      [
        { sign: "lock", writes: true, process: { id: 7, name: "cp" }, file: "/vms/base" },
        { path: "/vms/base", by: "cp (7)" },
      ],
    ];
    const reads: ImageUser = { sign: "lock", writes: false, process: { id: 6, name: "qemu-io" } };
    for (const [user, values] of cases)
      expect(found(report({ inUse: [reads, user], usersHidden: true }))).toEqual([
        { id: "source-in-use", level: "warning", values },
      ]);
    expect(found(report({ inUse: [{ sign: "lock", writes: true }] }))).toEqual([
      { id: "source-in-use-hidden", level: "warning", values: { path } },
    ]);
    expect(found(report({ inUse: [reads, { sign: "mark", writes: false }] }))).toEqual([]);
  });

  it("tells of its chain", () => {
    const [image] = report().layers;
    expect(found(report({ layers: [image!, image!, image!] }))).toEqual([
      { id: "chain-flattened", level: "note", values: { count: 3 } },
    ]);
    const broken = { from: "/vms/disk.qcow2", name: "base.qcow2", failure };
    expect(found(report({ broken, throughChain: undefined }))).toEqual([
      { id: "chain-broken", level: "stop", values: { name: "base.qcow2" } },
    ]);
  });

  it("tells why it cannot be read", () => {
    expect(found(report({ unreadable: failure }))).toEqual([
      { id: "source-unreadable", level: "stop", values: { message: failure.message } },
    ]);
    const encrypted = { facts: { ...facts, encryption: "luks" } };
    expect(found(report({ unreadable: failure }, encrypted))).toEqual([
      { id: "source-encrypted", level: "stop", values: { method: "luks" } },
    ]);
    // Unlocked, it is like any other.
    expect(found(report({}, encrypted))).toEqual([]);
  });

  it("tells of its state, and of what stays behind", () => {
    const snapshot = {
      id: "1",
      name: "a",
      dateSeconds: 0,
      dateNanoseconds: 0,
      vmClockNanoseconds: "0",
      vmStateSize: 0,
    };
    const state = {
      ...facts,
      dirty: true,
      corrupt: true,
      snapshots: [snapshot, snapshot],
      bitmaps: [{ name: "b", granularity: 65536, flags: [] }],
    };
    expect(found(report({}, { facts: state }))).toEqual([
      { id: "source-corrupt", level: "warning", values: { path: "/vms/disk.qcow2" } },
      { id: "source-dirty", level: "warning", values: { path: "/vms/disk.qcow2" } },
      { id: "snapshots-left", level: "note", values: { count: 2 } },
      { id: "bitmaps-left", level: "note", values: { count: 1 } },
    ]);
  });

  it("tells of a raw file that ends within a sector", () => {
    const odd = { format: "raw", fileLength: 1000, virtualSize: 1024 } as const;
    expect(found(report({}, odd))).toEqual([
      { id: "not-whole-sectors", level: "note", values: { length: 1000, size: 1024 } },
    ]);
    expect(found(report({}, { ...odd, fileLength: 1024 }))).toEqual([]);
    // The length of other files says nothing of their disks.
    expect(found(report({}, { fileLength: 1000 }))).toEqual([]);
  });

  it.each([
    ["gpt-primary-damaged", "table-damaged"],
    ["mbr-extended-damaged", "table-damaged"],
    ["gpt-backup-missing", "disk-cut-off"],
    ["content-past-end", "disk-cut-off"],
    ["gpt-backup-not-at-end", "gpt-backup-not-at-end"],
    ["hybrid-mbr", undefined],
  ] as const)("makes of %s inside: %s", (id: InsideFinding["id"], said) => {
    const inside: Inside = { ...both, findings: [{ id }] };
    expect(found(report({ inside })).map((each) => each.id)).toEqual(said ? [said] : []);
  });
});

describe("what is said of the target's place", () => {
  const place = (free: number, more = {}) => ({ place: { free, ...more } });
  const said = (more: Partial<PreflightFacts>) =>
    found(report(), more).map(({ level, id, values }) => ({ level, id, ...values }));

  it("compares what it will take with what is free", () => {
    expect(said(place(50 * GiB))).toEqual([]);
    expect(said(place(10 * GiB))).toEqual([
      { level: "note", id: "space-later", need: 40 * GiB, free: 10 * GiB },
    ]);
    expect(said(place(3 * GiB))).toEqual([
      { level: "warning", id: "space-short", need: 4 * GiB, free: 3 * GiB },
    ]);
    const thick = target("raw", { preallocation: "falloc" });
    expect(said({ ...place(10 * GiB), target: thick })).toEqual([
      { level: "stop", id: "space-short", need: 40 * GiB, free: 10 * GiB },
    ]);
  });

  it("tells of file systems without holes, and of their longest file", () => {
    const fat = place(100 * GiB, { holes: false, largestFile: 2 ** 32 - 1, fileSystem: "FAT" });
    const limit = { limit: 2 ** 32 - 1, fileSystem: "FAT" };
    expect(said({ ...fat, target: target("raw") })).toEqual([
      { level: "stop", id: "file-limit", ...limit, size: 40 * GiB },
      { level: "warning", id: "no-holes", size: 40 * GiB, fileSystem: "FAT" },
    ]);
    expect(said(fat)).toEqual([{ level: "warning", id: "file-limit", ...limit, size: 4 * GiB }]);
    const little = report({ throughChain: GiB });
    expect(found(little, fat)).toMatchObject([{ level: "note", id: "file-limit-later" }]);
    const split = target("vmdk", { subformat: "twoGbMaxExtentSparse" });
    expect(said({ ...fat, target: split })).toEqual([]);
  });
});
