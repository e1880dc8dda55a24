import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { ImageError } from "../../../electron/engine/errors";
import { formatById } from "../../../electron/engine/formats/registry";
import { amendQcow2, rebaseUnsafe } from "../../../electron/engine/formats/qcow2/change/amend";
import { addBitmap, removeBitmap } from "../../../electron/engine/formats/qcow2/change/bitmaps";
import {
  applySnapshot,
  createSnapshot,
  deleteSnapshots,
  renameSnapshot,
} from "../../../electron/engine/formats/qcow2/change/snapshots";
import { squeeze } from "../../../electron/engine/formats/qcow2/change/squeeze";
import { resizeQcow2 } from "../../../electron/engine/formats/qcow2/change/resize";
import { repairQcow2 } from "../../../electron/engine/formats/qcow2/check/repair";
import { checkQcow2 } from "../../../electron/engine/formats/qcow2/check/survey";
import { stackLayers } from "../../../electron/engine/image/disk-image";
import { closedGate } from "../../../electron/engine/image/gate";
import { keptLength } from "../../../electron/engine/io/kept-length";
import { memorySource, memoryTarget } from "../../../electron/engine/io/memory";
import type { ByteTarget } from "../../../electron/engine/io/source";
import { createControl } from "../../../electron/engine/ops/control";
import { describeWithQemu, qemuImg, qemuIo } from "../../helpers/qemu-img";
import { newFolder, removeFolder } from "../../helpers/temp-folder";
import { stateOf } from "./disk-state";
import { bytesOf } from "./recording";

const images: Record<string, Buffer> = {};

beforeAll(() => {
  const folder = newFolder();
  const make = (name: string, format: string, options: string, ...writes: string[]): string => {
    const path = join(folder, name);
    const chosen = options === "" ? [] : ["-o", options];
    qemuImg(["create", "-q", "-f", format, ...chosen, path, "1M"]);
    qemuIo(path, format, writes);
    images[name] = readFileSync(path);
    return path;
  };
  const path = make("qcow2", "qcow2", "cluster_size=4k", "write -P 7 0 300k");
  qemuImg(["snapshot", "-c", "first", path]);
  qemuIo(path, "qcow2", ["write -P 8 0 100k", "write -P 9 900k 20k"]);
  images["qcow2"] = readFileSync(path);
  for (const name of ["one", "two"]) qemuImg(["bitmap", "--add", path, name]);
  images["bitmaps"] = readFileSync(path);
  // A table in the middle of the file counts nothing; every cluster of it is used nevertheless.
  images["damaged"] = Buffer.from(images["qcow2"]);
  const table = Number(images["qcow2"].readBigUInt64BE(48));
  images["damaged"].fill(0, table, table + 8);
  for (const format of ["raw", "vdi", "vhdx", "vmdk", "vpc"])
    make(format, format, format === "vpc" ? "force_size=on" : "", "write -P 7 4k 70k");
  removeFolder(folder);
});

const how = { shrink: false, baseSize: 0, read: () => undefined, changeExtent: () => undefined };
const taken = { name: "s", dateSeconds: 0, dateNanoseconds: 0 };
type Change = (file: ByteTarget) => unknown;
const grow =
  (format: string): Change =>
  (file) =>
    formatById(format).resize?.run(file, 2 ** 26, { ...how, preallocation: "off" });

/** Changes of an image of that name in `images`. */
const changes: readonly (readonly [what: string, image: string, change: Change])[] = [
  ["take a snapshot", "qcow2", (file) => createSnapshot(file, taken)],
  ["apply a snapshot", "qcow2", (file) => applySnapshot(file, 0)],
  ["delete a snapshot", "qcow2", (file) => deleteSnapshots(file, [0])],
  ["rename a snapshot", "qcow2", (file) => renameSnapshot(file, 0, "other")],
  ["grow", "qcow2", (file) => resizeQcow2(file, 2 ** 23, how)],
  [
    "grow with places",
    "qcow2",
    (file) => resizeQcow2(file, 2 ** 21, { ...how, preallocation: "full" }),
  ],
  ["shrink", "qcow2", (file) => resizeQcow2(file, 2 ** 16, { ...how, shrink: true })],
  ["amend", "qcow2", (file) => amendQcow2(file, { refcount_bits: 64 })],
  ["rebase -u", "qcow2", (file) => rebaseUnsafe(file, { name: "n".repeat(600), format: "raw" })],
  [
    "add a bitmap",
    "bitmaps",
    (file) => addBitmap(file, { name: "b", granularity: 65536, enabled: true }),
  ],
  ["remove a bitmap", "bitmaps", (file) => removeBitmap(file, "one")],
  ["repair", "damaged", (file) => repairQcow2(file, "all")],
  ...["raw", "vdi", "vhdx", "vmdk", "vpc"].map(
    (format) => [`grow ${format}`, format, grow(format)] as const,
  ),
];

/** What `look` finds, or in words why it cannot: every other error fails the test. */
function seen<T>(look: () => T): T | string {
  try {
    return look();
  } catch (error) {
    if (error instanceof ImageError && error.message.length > 0) return error.code;
    throw error;
  }
}

/** The disk of an image of this format. */
function diskOf(bytes: Uint8Array, format: string): string {
  const image = stackLayers([formatById(format).open(memorySource(bytes), closedGate)]);
  const disk = Buffer.alloc(Math.min(image.size, 2 ** 20));
  image.read(0, disk);
  return disk.toString("latin1");
}

/** A file that is cut to `length` bytes by somebody else before the call `nth` of those that read or write it. */
function cutBefore(bytes: Uint8Array, nth: number, length: number) {
  const below = memoryTarget("image");
  below.write(0, bytes);
  const kept = keptLength(below);
  const counted = { calls: 0, cut: -1 };
  const tick = <Args extends unknown[]>(call: (...args: Args) => void) => ({
    enumerable: true,
    value: (...args: Args) => {
      if (counted.calls++ === nth && below.size > length) {
        below.truncate(length);
        counted.cut = length;
      }
      call(...args);
    },
  });
  const file = Object.defineProperties({} as ByteTarget, {
    ...Object.getOwnPropertyDescriptors(kept),
    read: tick(kept.read),
    write: tick(kept.write),
    truncate: tick(kept.truncate),
    flush: tick(kept.flush),
  });
  return { below, file, counted };
}

describeWithQemu("a file that another program cuts short while it is changed", () => {
  it.each(changes)("is told of and not made longer again: %s", (_, image, change) => {
    const bytes = images[image]!;
    const isQcow2 = bytes.readUInt32BE(0) === 0x514649fb;
    const read = (of: Uint8Array): string =>
      isQcow2 ? seen(() => stateOf(of)) : seen(() => diskOf(of, image));
    const whole = cutBefore(bytes, Infinity, 0);
    change(whole.file);
    const states = [read(bytes), read(bytesOf(whole.below))];
    const { calls } = whole.counted;
    let refused = 0;
    for (let nth = 0; nth < calls; nth += Math.ceil(calls / 24))
      for (const length of [0, 4096, Math.floor(bytes.length / 8192) * 4096, bytes.length - 4096]) {
        const { below, file, counted } = cutBefore(bytes, nth, length);
        const failure = seen(() => change(file) && undefined);
        if (counted.cut < 0) continue;
        const left = bytesOf(below);
        // Nothing is written behind the cut, by no change that goes on and by none that gives up.
        expect(left.length).toBeLessThanOrEqual(length);
        if (typeof failure === "string") refused += 1;
        else expect(nth).toBeGreaterThan(0);
        // What can still be read reads as it did, or as it shall; all else is refused in words.
        const state = read(left);
        if (!isQcow2) continue;
        if (state.includes("\n")) expect(states).toContain(state);
        seen(() => checkQcow2(memorySource(left)));
      }
    expect(refused).toBeGreaterThan(3);
  });

  it("is not taken for the whole image when it is written anew", () => {
    const bytes = images["qcow2"]!;
    const state = stateOf(bytes);
    const anew = (nth: number): { calls: number; state: string } => {
      const { file, counted } = cutBefore(bytes, nth, bytes.length - 4096);
      const target = memoryTarget("new");
      const failure = seen(() => squeeze(file, target, createControl()) ?? undefined);
      return { calls: counted.calls, state: failure ?? stateOf(bytesOf(target)) };
    };
    const { calls } = anew(Infinity);
    const found = Array.from({ length: calls }, (_, nth) => anew(nth).state);
    expect(new Set(found)).toEqual(new Set(["truncated", state]));
  });
});
