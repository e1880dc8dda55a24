import {
  amendImage,
  applySnapshot,
  compactImage,
  createSnapshot,
  deleteSnapshots,
  punchZeros,
  renameSnapshot,
  repairImage,
  resizeImage,
  addBitmap,
  removeBitmap,
} from "../../../electron/engine";
import { qemuImg } from "../../helpers/qemu-img";
import type { Random } from "../../helpers/seed";
import { resizeModel, writeAsGuest, type Model } from "./modelled-image";
import type { Layout } from "./random-image";

/** An image that Lamina and qemu change in turn. */
export interface History {
  readonly path: string;
  readonly layout: Layout;
  readonly model: Model;
  /** Whether it has a bitmap: both programs then refuse some of the rest. */
  bitmap: boolean;
}

const date = { dateSeconds: 1_700_000_000, dateNanoseconds: 0 };
const mostSnapshots = 6;

/** Lets one of the two programs do one thing, chosen at random; the answer says what, for messages. */
export function doNext(r: Random, history: History, step: number): string {
  const { path, layout, model } = history;
  const { snapshots } = model;
  const request = { path, grants: [] };
  const version2 = layout.options?.includes("compat=0.10") ?? false;

  const take = (name: string): void => void snapshots.push({ name, disk: model.disk });
  const drop = (index: number): void => void snapshots.splice(index, 1);
  const apply = (index: number): void => {
    model.disk = snapshots[index]!.disk;
  };
  const size = (layout.clusters + r.between(-6, 9)) * layout.clusterSize;
  const ownSize = size + r.pick([0, 0, 512]);
  const bits = version2 ? 16 : r.pick([8, 16, 32, 64]);
  const index = snapshots.length > 0 ? r.between(0, snapshots.length) : 0;
  const { name = "" } = snapshots[index] ?? {};

  const always: Readonly<Record<string, () => void>> = {
    "Lamina punches": () => punchZeros(request),
    "Lamina widens": () => amendImage(path, { refcount_bits: bits }),
    "qemu widens": () => qemuImg(["amend", "-o", `refcount_bits=${bits}`, path]),
    "Lamina repairs": () => void repairImage(path, "all"),
  };
  const taking = {
    "Lamina takes": () => {
      createSnapshot(path, { name: `l${step}`, ...date });
      take(`l${step}`);
    },
    "qemu takes": () => {
      qemuImg(["snapshot", "-c", `q${step}`, path]);
      take(`q${step}`);
    },
  };
  const deleting = {
    [`Lamina deletes ${name}`]: () => {
      deleteSnapshots(path, [index]);
      drop(index);
    },
    [`qemu deletes ${name}`]: () => {
      qemuImg(["snapshot", "-d", name, path]);
      drop(index);
    },
  };
  const ofSnapshots = {
    ...deleting,
    [`Lamina renames ${name}`]: () => {
      renameSnapshot(path, index, `r${step}`);
      snapshots[index]!.name = `r${step}`;
    },
  };
  // An image with bitmaps keeps its size, and with it all that an older snapshot may have otherwise.
  const applying = {
    [`Lamina applies ${name}`]: () => {
      applySnapshot(path, index);
      apply(index);
    },
    [`qemu applies ${name}`]: () => {
      qemuImg(["snapshot", "-a", name, path]);
      apply(index);
    },
  };
  const resizing = {
    // qemu 7.2 shows what a smaller end has cut off of a cluster when the disk grows again.
    [`Lamina resizes to ${ownSize}`]: () => {
      resizeImage(request, ownSize, true);
      resizeModel(model, ownSize);
    },
    [`qemu resizes to ${size}`]: () => {
      qemuImg(["resize", "-q", "-f", "qcow2", "--shrink", path, String(size)]);
      resizeModel(model, size);
    },
  };
  const withoutBitmap = {
    "Lamina compacts": () => compactImage(request),
    "qemu repairs": () => qemuImg(["check", "-q", "-r", "all", path]),
  };
  const marking = {
    "Lamina marks": () => {
      if (history.bitmap) removeBitmap(path, "marks");
      else addBitmap(path, { name: "marks", granularity: 65536, enabled: true });
      history.bitmap = !history.bitmap;
    },
    "qemu marks": () => {
      qemuImg(["bitmap", history.bitmap ? "--remove" : "--add", path, "marks"]);
      history.bitmap = !history.bitmap;
    },
  };

  const few = snapshots.length < mostSnapshots;
  const possible: Readonly<Record<string, () => void>> =
    few || history.bitmap
      ? {
          ...always,
          ...(few && taking),
          ...(snapshots.length > 0 && ofSnapshots),
          ...(snapshots.length > 0 && !history.bitmap && applying),
          // Snapshots of version 2 are as large as the disk.
          ...(!history.bitmap && !(version2 && snapshots.length > 0) && resizing),
          ...(!history.bitmap && withoutBitmap),
          ...(!version2 && marking),
        }
      : deleting;
  if (r.chance(0.3)) return `qemu does ${writeAsGuest(r, path, model, layout.clusterSize)}`;
  const [what, act] = r.pick(Object.entries(possible));
  act();
  return what;
}
