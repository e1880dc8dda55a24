import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { amendQcow2 } from "../../../electron/engine/formats/qcow2/change/amend";
import {
  markedStretches,
  type ClusterCounts,
} from "../../../electron/engine/formats/qcow2/change/cluster-counts";
import { squeezedLength } from "../../../electron/engine/formats/qcow2/change/squeeze";
import { readHostClusters } from "../../../electron/engine/formats/qcow2/check/host-clusters";
import { repairQcow2 } from "../../../electron/engine/formats/qcow2/check/repair";
import { checkQcow2, surveyImage } from "../../../electron/engine/formats/qcow2/check/survey";
import { openFile, openFileWritable } from "../../../electron/engine/io/file";
import { memorySource } from "../../../electron/engine/io/memory";
import type { ByteTarget } from "../../../electron/engine/io/source";
import { tempFolder } from "../../helpers/temp-folder";
import { copied, handmade, type Handmade } from "../formats/qcow2/handmade";
import { countsOf } from "./oracle-check";

const clusterBits = 13;
const clusterSize = 2 ** clusterBits;
const fileSize = 2 ** 40;
/** Clusters of the file, and of what is looked at together. */
const clusters = fileSize / clusterSize;
const group = 4096;

/** A path of an image, all of whose refcounts are 0, with terabytes of hole behind it. */
function stretched(parts: Handmade): string {
  const path = join(tempFolder(), "stretched.qcow2");
  writeFileSync(path, handmade({ clusterBits, ...parts }));
  truncateSync(path, fileSize);
  return path;
}

function withFile<T>(path: string, work: (file: ByteTarget) => T): T {
  const file = openFileWritable(path);
  try {
    return work(file);
  } finally {
    file.close();
  }
}

const lookedAt = ({ counts, groups }: ClusterCounts) => [...markedStretches(groups, counts.length)];

// Found by the fuzzer (seed 1, case 94514): the clusters of a file were gone through one by one, 2^27 of them.
describe("a qcow2 image whose file is nearly all hole", () => {
  const data = new Uint8Array(clusterSize).fill(7);
  const nearOnly: Handmade = { l2: [copied | BigInt(5 * clusterSize)], data };
  const withFar: Handmade = {
    l2: [copied | BigInt(5 * clusterSize), copied | BigInt(fileSize - clusterSize)],
    data,
  };

  it("is checked as the image without the hole", () => {
    const path = stretched(nearOnly);
    const near = memorySource(handmade({ clusterBits, ...nearOnly }));
    expect(countsOf(withFile(path, checkQcow2))).toEqual(countsOf(checkQcow2(near)));
  });

  it("takes the work of what its tables hold, wherever that lies", () => {
    const path = stretched(withFar);
    const ends = [
      [0, group],
      [clusters - group, clusters],
    ];
    const file = openFile(path);
    try {
      const { references, stored } = surveyImage(file);
      expect(lookedAt(references)).toEqual(ends);
      expect(lookedAt(stored)).toEqual([[0, group]]);
      const { groups, kinds } = readHostClusters(file, () => undefined);
      expect(lookedAt({ counts: kinds, groups })).toEqual(ends);
    } finally {
      file.close();
    }
  });

  it("is repaired, gets other refcounts and tells how long it would be without the hole", () => {
    const path = stretched(withFar);
    withFile(path, (file) => {
      const { before, after } = repairQcow2(file, "all");
      expect(before.corruptions).toBeGreaterThan(0);
      expect(after).toMatchObject({ corruptions: 0, leaks: 0, checkErrors: 0 });
      amendQcow2(file, { refcount_bits: 64 });
      expect(checkQcow2(file)).toMatchObject({ corruptions: 0, leaks: 0, checkErrors: 0 });
      // Header, L1, L2 and two clusters of data.
      expect(squeezedLength(file)).toBe(5 * clusterSize);
    });
  });

  it("has errors for all clusters of a block that has no place, told at once", () => {
    const bytes = handmade({ clusterBits, ...nearOnly });
    // The second entry of the refcount table, and one far behind it.
    const view = new DataView(bytes.buffer);
    for (const index of [1, 999]) view.setBigUint64(clusterSize + index * 8, 512n);
    const path = join(tempFolder(), "misplaced.qcow2");
    writeFileSync(path, bytes);
    truncateSync(path, fileSize);
    const { checkErrors, findings } = withFile(path, checkQcow2);
    expect(checkErrors).toBe(2 * (clusterSize / 2));
    expect(findings.filter(({ kind }) => kind === "error")).toHaveLength(2);
  });
});
