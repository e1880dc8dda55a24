import { createImage } from "../../../../electron/engine";
import { beginOverlay } from "../../../../electron/engine/formats/qcow2/change/overlay";
import { openForEdit } from "../../../../electron/engine/formats/qcow2/change/image";
import {
  applySnapshot,
  createSnapshot,
  deleteSnapshots,
} from "../../../../electron/engine/formats/qcow2/change/snapshots";
import { changeImage } from "../../../../electron/engine/formats/qcow2/change/transaction";
import { openFileWritable } from "../../../../electron/engine/io/file";
import type { ByteTarget } from "../../../../electron/engine/io/source";
import type { Random } from "../../../helpers/seed";

const clusterSize = 512;
const clusters = 512;

/** An image with a history that is known: the parent of every snapshot, and at last of the disk. */
export interface History {
  readonly path: string;
  /** Places in the snapshot table, null for none; the active disk's last. */
  readonly parents: readonly (number | null)[];
  /** What the disk held at each of them, cluster by cluster: the number of the write. */
  readonly contents: readonly (readonly number[])[];
}

/** Takes snapshots, goes back, deletes and writes at random. */
export function randomHistory(r: Random, path: string, steps: number): History {
  const spec = { size: clusters * clusterSize, options: { cluster_size: clusterSize } };
  createImage({ path, format: "qcow2", spec, replace: false, flush: false });
  const file = openFileWritable(path);
  interface Node {
    parent: Node | null;
    readonly content: readonly number[];
  }
  let snapshots: Node[] = [];
  let current = null as Node | null;
  let content: number[] = Array.from({ length: clusters }, () => 0);
  let writes = 0;

  function write(count: number): void {
    const at = r.between(0, clusters);
    // Guests write in stretches, and here and there.
    const run = r.chance(0.5);
    const chosen = Array.from({ length: count }, (_, i) =>
      run ? (at + i) % clusters : r.between(0, clusters),
    );
    writeClusters(file, chosen, (writes % 255) + 1);
    for (const cluster of chosen) content[cluster] = ++writes;
  }

  try {
    write(240);
    for (let step = 0; step < steps; step++) {
      write(r.between(2, 30));
      const action = r.between(0, 10);
      if (action < 6 || snapshots.length === 0) {
        createSnapshot(file, { name: `s${step}`, dateSeconds: 1000 + step, dateNanoseconds: 0 });
        current = { parent: current, content: [...content] };
        snapshots.push(current);
      } else if (action < 9) {
        const index = r.between(0, snapshots.length);
        applySnapshot(file, index);
        current = snapshots[index]!;
        content = [...current.content];
      } else {
        const index = r.between(0, snapshots.length);
        deleteSnapshots(file, [index]);
        const gone: Node = snapshots[index]!;
        snapshots = snapshots.filter((node) => node !== gone);
        for (const node of snapshots) if (node.parent === gone) node.parent = gone.parent;
        if (current === gone) current = gone.parent;
      }
    }
    write(r.between(2, 30));
    const indexOf = (node: Node | null) => (node === null ? null : snapshots.indexOf(node));
    return {
      path,
      parents: [...snapshots.map(({ parent }) => indexOf(parent)), indexOf(current)],
      contents: [...snapshots.map((node) => node.content), content],
    };
  } finally {
    file.close();
  }
}

function writeClusters(file: ByteTarget, chosen: readonly number[], byte: number): void {
  const image = openForEdit(file);
  changeImage(file, image.header, (change) => {
    const overlay = beginOverlay(change, image);
    for (const cluster of chosen) overlay.write(cluster, new Uint8Array(clusterSize).fill(byte));
    return { fields: overlay.finish() };
  });
}
