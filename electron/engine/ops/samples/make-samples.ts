import { ImageError } from "../../errors";
import type { ParentRef } from "../../image/layer";
import { storeClusters } from "../../formats/qcow2/change/store-clusters";
import { resolveFrom } from "../../io/paths";
import type { ByteSource } from "../../io/source";
import { applySnapshot, createSnapshot } from "../change/snapshots";
import { openForChange } from "../change/open-for-change";
import { createControl, type Control } from "../control";
import { convertInSteps } from "../convert";
import { createImage } from "../create";
import { binaryFile, logFile, readmeFile } from "./contents";
import type { GuestFile } from "./fat16";
import { changedClusters, guestDisk, type DiskShape } from "./guest-disk";

const MiB = 2 ** 20;
/** qcow2's default, in bytes. */
const clusterSize = 65536;
const daySeconds = 86_400;

/** 2 GiB, of which little is written. */
const large: DiskShape = {
  size: 2048 * MiB,
  volume: 1792 * MiB,
  clusterSize: 32_768,
  label: "SAMPLE",
  apart: 4000,
  swap: true,
};
/** Small enough to be written in full. */
const small: DiskShape = {
  size: 16 * MiB,
  volume: 15 * MiB,
  clusterSize: 2048,
  label: "THICK",
  apart: 500,
  swap: false,
};

/** The files of the set, the one to look at first in front. */
export const sampleNames = [
  "snapshots.qcow2",
  "base.qcow2",
  "web-server.qcow2",
  "web-server-test.qcow2",
  "base-compressed.qcow2",
  "thick.img",
  "broken-chain.qcow2",
] as const;
type SampleName = (typeof sampleNames)[number];

/** Bytes that the whole set takes on a disk, at most. */
export const samplesSize = 56 * MiB;

/**
 * Makes the sample set in an empty folder: a base, two overlays one on the other, a disk with internal
 * snapshots on two branches, a compressed copy, a thick raw disk and an overlay whose base is missing.
 * `control` counts the steps, and ends it before the next one.
 * @param nowSeconds Since 1970; the snapshots are dated before it, days apart.
 * @throws ImageError `cancelled`, `exists`, `io`; what was made until then is left.
 */
export function makeSamples(folder: string, nowSeconds: number, control: Control): void {
  const steps = [...stepsOf((name) => resolveFrom(folder, name), nowSeconds, control)];
  control.setTotal(steps.length);
  for (const step of steps) {
    control.throwIfCancelled();
    step();
    control.addDone(1);
  }
}

function* stepsOf(
  path: (name: SampleName) => string,
  nowSeconds: number,
  control: Control,
): Generator<() => void> {
  const base = [
    readmeFile(),
    binaryFile("KERNEL.BIN", 3072, 1),
    logFile("SYSTEM.LOG", 2048, 2),
    logFile("PACKAGES.LOG", 1536, 3),
    binaryFile("PHOTOS.BIN", 3072, 4),
  ];
  const server = [...base, logFile("WEB.LOG", 1024, 5), binaryFile("SITE.BIN", 1536, 6)];
  const tested = [...server, logFile("TEST.LOG", 512, 7), binaryFile("TRACE.BIN", 1024, 8)];
  const on = (name: string): ParentRef => ({ name, format: "qcow2" });

  yield () => writeQcow2(path("base.qcow2"), base);
  yield () => writeQcow2(path("web-server.qcow2"), server, { files: base, ref: on("base.qcow2") });
  yield () =>
    writeQcow2(path("web-server-test.qcow2"), tested, {
      files: server,
      ref: on("web-server.qcow2"),
    });
  yield () => compress(path("base.qcow2"), path("base-compressed.qcow2"), control);
  yield () =>
    writeQcow2(path("broken-chain.qcow2"), server, { files: base, ref: on("moved-away.qcow2") });
  yield () => writeThick(path("thick.img"), [readmeFile(), logFile("SYSTEM.LOG", 4096, 9)]);
  yield* snapshotSteps(path("snapshots.qcow2"), nowSeconds);
}

/** Two branches: one goes on from "installed" to "with orders", the other from "installed" to now. */
function* snapshotSteps(path: string, nowSeconds: number): Generator<() => void> {
  const installed = [
    readmeFile(),
    binaryFile("KERNEL.BIN", 2048, 11),
    logFile("SYSTEM.LOG", 1024, 12),
  ];
  const updated = [
    ...installed,
    logFile("UPDATE.LOG", 512, 13),
    binaryFile("UPDATE.BIN", 1024, 14),
  ];
  const ordered = [...updated, binaryFile("ORDERS.BIN", 1024, 15)];
  const tried = [...installed, binaryFile("BETA.BIN", 1536, 16)];
  const noted = [...tried, logFile("NOTES.LOG", 768, 17)];
  const take = (name: string, daysAgo: number) => {
    const dateSeconds = nowSeconds - daysAgo * daySeconds;
    createSnapshot(path, { name, dateSeconds, dateNanoseconds: 0 });
  };

  yield () => {
    writeQcow2(path, installed);
    take("installed", 30);
  };
  yield () => {
    change(path, updated, installed);
    take("updated", 14);
  };
  yield () => {
    change(path, ordered, updated);
    take("with orders", 9);
  };
  yield () => {
    applySnapshot(path, 0);
    change(path, tried, installed);
    take("experiment", 2);
  };
  yield () => change(path, noted, tried);
}

/** A new qcow2 image of the large disk; on a base only what differs from that one's files. */
function writeQcow2(
  path: string,
  files: readonly GuestFile[],
  base?: { readonly files: readonly GuestFile[]; readonly ref: ParentRef },
): void {
  const spec = { size: large.size, options: {}, ...(base && { backing: base.ref }) };
  createImage({ path, format: "qcow2", spec, replace: false, flush: false });
  change(path, files, base?.files);
}

/** What a guest does when it comes from `before` to `files`: writes what is new, in place. */
function change(path: string, files: readonly GuestFile[], before?: readonly GuestFile[]): void {
  const now = guestDisk(large, files);
  const numbers = changedClusters(now, before && guestDisk(large, before), clusterSize);
  const read = (cluster: number, into: Uint8Array) => now.read(cluster * clusterSize, into);
  openForChange(path, (file) => storeClusters(file, { numbers, read, settle: () => {} }));
}

/** Every byte of a thick disk is there from the beginning, those that the guest never wrote, too. */
function writeThick(path: string, files: readonly GuestFile[]): void {
  const disk: ByteSource = guestDisk(small, files);
  const spec = { size: small.size, options: { preallocation: "full" } };
  createImage({ path, format: "raw", spec, replace: false, flush: false });
  const bytes = new Uint8Array(clusterSize);
  openForChange(path, (file) => {
    for (const cluster of changedClusters(disk, undefined, clusterSize)) {
      disk.read(cluster * clusterSize, bytes);
      file.write(cluster * clusterSize, bytes);
    }
    file.flush();
  });
}

/** The one step that takes long: it ends in the middle when `control` is cancelled. */
function compress(source: string, target: string, control: Control): void {
  const steps = convertInSteps({
    source: { images: [{ path: source, grants: "none" }] },
    target,
    format: "qcow2",
    options: {},
    compress: true,
    replace: false,
    flush: false,
    control: createControl(),
  });
  while (steps.next().done !== true) {
    if (control.cancelled) steps.throw(new ImageError("cancelled", "Cancelled."));
  }
}
