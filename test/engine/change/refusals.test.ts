import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { ImageError } from "../../../electron/engine/errors";
import { repairQcow2 } from "../../../electron/engine/formats/qcow2/check/repair";
import { checkQcow2 } from "../../../electron/engine/formats/qcow2/check/survey";
import { amendQcow2 } from "../../../electron/engine/formats/qcow2/change/amend";
import { addBitmap } from "../../../electron/engine/formats/qcow2/change/bitmaps";
import {
  applySnapshot,
  createSnapshot,
  deleteSnapshots,
  renameSnapshot,
} from "../../../electron/engine/formats/qcow2/change/snapshots";
import { resizeQcow2 } from "../../../electron/engine/formats/qcow2/change/resize";
import { memorySource } from "../../../electron/engine/io/memory";
import type { ByteTarget } from "../../../electron/engine/io/source";
import { describeWithQemu, qemuImg, qemuIo } from "../../helpers/qemu-img";
import { newFolder, removeFolder, tempFolder } from "../../helpers/temp-folder";
import { imageErrorOf } from "../formats/qcow2/handmade";
import { stateOf } from "./disk-state";
import { bytesOf, recordingTarget } from "./recording";

const snapshot = { name: "s", dateSeconds: 0, dateNanoseconds: 0 };
let image: Buffer;
let bitmapped: Buffer;

beforeAll(() => {
  const folder = newFolder();
  const path = join(folder, "a.qcow2");
  qemuImg(["create", "-q", "-f", "qcow2", path, "1M"]);
  qemuIo(path, "qcow2", ["write -P 7 0 300k"]);
  qemuImg(["snapshot", "-c", "first", path]);
  qemuIo(path, "qcow2", ["write -P 8 0 100k"]);
  image = readFileSync(path);
  qemuImg(["bitmap", "--add", path, "dirty"]);
  bitmapped = readFileSync(path);
  removeFolder(folder);
});

/** The error of a change, which must leave the file untouched. */
function refusal(bytes: Buffer, change: (file: ByteTarget) => unknown): ImageError {
  const { file, steps } = recordingTarget(bytes);
  const error = imageErrorOf(() => change(file));
  expect(steps).toEqual([]);
  return error;
}

function edited(edit: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.from(image);
  edit(bytes);
  return bytes;
}

describeWithQemu("a change is refused, and nothing written", () => {
  it.each([
    ["dirty", 1n],
    ["corrupt", 2n],
  ])("in an image that is marked %s", (mark, bit) => {
    const marked = edited((bytes) => bytes.writeBigUInt64BE(bit, 72));
    const error = refusal(marked, (file) => createSnapshot(file, snapshot));
    expect(error).toMatchObject({ code: "unsupported", found: mark });
    expect(error.hint).toContain("check -r all");
  });

  it("in an image with features that Lamina does not know", () => {
    const unknown = edited((bytes) => bytes.writeBigUInt64BE(1n << 20n, 72));
    expect(refusal(unknown, (file) => deleteSnapshots(file, [0])).code).toBe("unsupported");
  });

  it("where a table counts as unused", () => {
    const uncounted = edited((bytes) => {
      const table = Number(bytes.readBigUInt64BE(48));
      const block = Number(bytes.readBigUInt64BE(table));
      bytes.writeUInt16BE(0, block + (Number(bytes.readBigUInt64BE(40)) / 65536) * 2);
    });
    const error = refusal(uncounted, (file) => createSnapshot(file, snapshot));
    expect(error).toMatchObject({ code: "invalid-table" });
    expect(error.message).toContain("L1 table");
    const { file } = recordingTarget(uncounted);
    repairQcow2(file, "all");
    createSnapshot(file, snapshot);
    expect(checkQcow2(file)).toMatchObject({ corruptions: 0, leaks: 0 });
  });

  it("where a cluster that a snapshot would share lies past the end of the file", () => {
    const lost = edited((bytes) => {
      const l2 = Number(
        bytes.readBigUInt64BE(Number(bytes.readBigUInt64BE(40))) & 0xfffffffffffe00n,
      );
      bytes.writeBigUInt64BE((1n << 63n) | (1n << 40n), l2);
    });
    const error = refusal(lost, (file) => createSnapshot(file, snapshot));
    expect(error).toMatchObject({ code: "invalid-table", at: 2 ** 40 });
    expect(error.hint).toContain("repair");
  });

  it("for snapshots that are not there, and names that do not fit", () => {
    expect(refusal(image, (file) => applySnapshot(file, 1)).code).toBe("invalid-argument");
    expect(refusal(image, (file) => deleteSnapshots(file, [-1])).code).toBe("invalid-argument");
    const long = "é".repeat(128);
    expect(refusal(image, (file) => renameSnapshot(file, 0, long)).code).toBe("invalid-argument");
  });

  it("where bitmaps would no longer tell what changed", () => {
    const error = refusal(bitmapped, (file) => applySnapshot(file, 0));
    expect(error.hint).toContain("Remove its bitmaps");
    const { file } = recordingTarget(bitmapped);
    createSnapshot(file, snapshot);
    expect(checkQcow2(file)).toMatchObject({ corruptions: 0, leaks: 0 });
  });
});

describeWithQemu("an encrypted image", () => {
  it("takes snapshots and other sizes, but no data in the clear", () => {
    const path = join(tempFolder(), "luks.qcow2");
    const options = "encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=10";
    const secret = ["--object", "secret,id=s,data=x"];
    // The disk ends inside a cluster, which a larger disk has to fill up with zeros.
    qemuImg(["create", "-q", ...secret, "-f", "qcow2", "-o", options, path, "1049088"]);
    const bytes = readFileSync(path);
    const size = {
      shrink: false,
      baseSize: 0,
      read: (_: number, into: Uint8Array) => into.fill(0),
    };
    expect(refusal(bytes, (file) => resizeQcow2(file, 2 ** 21, size)).message).toContain(
      "encrypted",
    );
    const { file } = recordingTarget(bytes);
    createSnapshot(file, snapshot);
    deleteSnapshots(file, [0]);
    resizeQcow2(file, 2 ** 20, { ...size, shrink: true });
    resizeQcow2(file, 2 ** 21, size);
    expect(checkQcow2(file)).toMatchObject({ corruptions: 0, leaks: 0 });
  });
});

const resizing = { shrink: false, baseSize: 0, read: () => undefined };
/** Changes that take effect by one write of the header. */
const changes: Record<string, (file: ByteTarget) => unknown> = {
  create: (file) => createSnapshot(file, snapshot),
  apply: (file) => applySnapshot(file, 0),
  delete: (file) => deleteSnapshots(file, [0]),
  rename: (file) => renameSnapshot(file, 0, "other"),
  grow: (file) => resizeQcow2(file, 2 ** 23, resizing),
  shrink: (file) => resizeQcow2(file, 2 ** 16, { ...resizing, shrink: true }),
  amend: (file) => amendQcow2(file, { refcount_bits: 64 }),
  "add a bitmap": (file) => addBitmap(file, { name: "b", granularity: 65536, enabled: true }),
};

describeWithQemu("a change that the host stops", () => {
  it.each(Object.entries(changes))(
    "leaves the image before or after it, whichever write fails: %s",
    (_, change) => {
      const before = stateOf(image);
      const whole = recordingTarget(image);
      change(whole.file);
      const after = stateOf(bytesOf(whole.file));
      const calls = whole.steps.filter(({ kind }) => kind !== "punch").length;
      for (let good = 0; good < calls; good++) {
        const { file } = recordingTarget(image);
        const { write, flush } = file;
        let left = good;
        const tick = (): void => {
          if (left === 0) throw new ImageError("io", "No space left on device");
          left -= 1;
        };
        file.write = (at, from) => {
          tick();
          write(at, from);
        };
        file.flush = () => {
          tick();
          flush();
        };
        expect(imageErrorOf(() => change(file)).code).toBe("io");
        const bytes = bytesOf(file);
        // The header is written by the last write but before the last flush.
        const switched = good >= calls - 1;
        expect(stateOf(bytes)).toBe(switched ? after : before);
        // Once the switch was tried, nobody knows what is on the disk: nothing is cut off.
        if (good < calls - 2) expect(bytes.length).toBe(image.length);
        const { corruptions, leaks } = checkQcow2(memorySource(bytes));
        expect({ corruptions, leaks }).toEqual({ corruptions: 0, leaks: 0 });
      }
    },
  );
});

describeWithQemu("autoclear bits", () => {
  it("that Lamina does not know are cleared by every change", () => {
    const { file } = recordingTarget(edited((bytes) => bytes.writeBigUInt64BE(1n << 40n, 88)));
    renameSnapshot(file, 0, "other");
    expect(Buffer.from(bytesOf(file)).readBigUInt64BE(88)).toBe(0n);
  });
});
