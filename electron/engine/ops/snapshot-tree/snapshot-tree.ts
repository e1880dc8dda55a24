import type { SnapshotNode, SnapshotTree } from "../../../../shared/model/snapshot-tree";
import { ImageError } from "../../errors";
import { freedBySnapshots } from "../../formats/qcow2/change/snapshots";
import { readDiskStates, type DiskState } from "../../formats/qcow2/disk-states";
import { openFile } from "../../io/file";
import type { ByteSource } from "../../io/source";
import type { Control } from "../control";
import { libvirtSnapshots, notedParents } from "./libvirt";
import { parentsOf, type Parent } from "./parents";
import { sharesOf } from "./shares";

/** Whose tree, and where libvirt keeps its notes of it. Plain data: it crosses threads. */
export interface SnapshotTreeRequest {
  readonly path: string;
  /** Folder of libvirt's snapshot XML; files beside the image are looked at when absent. */
  readonly libvirt?: string;
}

/** Snapshots that are compared with one another; their number squared is kept in memory. */
const mostStates = 513;

/**
 * The snapshots of a qcow2 image as a tree. The format stores no parents: libvirt's notes tell them,
 * or else the clusters that snapshots share, which tell them with some confidence. Nothing is written.
 * @throws ImageError `not-this-format` and whatever reading the tables comes to, `cancelled`.
 */
export function snapshotTree(request: SnapshotTreeRequest, control?: Control): SnapshotTree {
  const file = openFile(request.path);
  try {
    return treeOf(file, request, control);
  } finally {
    file.close();
  }
}

function treeOf(file: ByteSource, request: SnapshotTreeRequest, control?: Control): SnapshotTree {
  const disk = readDiskStates(file);
  const { states, clusterSize } = disk;
  const tooMany = states.length > mostStates;
  const notes = libvirtSnapshots(request.path, request.libvirt);
  const noted = notedParents(
    notes,
    states.flatMap(({ facts }) => facts?.name ?? []),
  );
  noted.push(currentOf(notes, states));
  const freed = freedAlone(file, states.length - 1, control);
  if (tooMany) {
    const none = { shared: 0, own: 0, parent: null, confidence: 0, evidence: "none" } as const;
    return { nodes: states.map((state, i) => nodeOf(state, i, none, freed[i])), tooMany };
  }
  const shares = sharesOf(disk, control);
  const dates = states.map(({ facts }) => facts?.dateSeconds);
  const parents = parentsOf(shares, { dates, discardsLeaveZeros: disk.version === 3 });
  const now = states.length - 1;
  const nodes = states.map((state, i) => {
    const link = linkOf(noted[i], i, parents[i]);
    const { parent } = link;
    const sharedClusters = parent === null ? 0 : shares.shared(i, parent);
    const sizes = {
      shared: sharedClusters * clusterSize,
      own: (shares.shared(i, i) - sharedClusters) * clusterSize,
    };
    const alone = i === now ? shares.alone(i) * clusterSize : freed[i];
    return nodeOf(state, i, { ...sizes, ...link }, alone);
  });
  return { nodes, tooMany };
}

/** What says where a state came from; notes that name a later one are wrong. */
function linkOf(noted: number | null | undefined, index: number, worked: Parent | undefined) {
  if (noted === null || (noted !== undefined && noted !== index))
    return { parent: noted, confidence: 1, evidence: "libvirt" } as const;
  const parent = worked?.index ?? null;
  const confidence = worked?.confidence ?? 0;
  return { parent, confidence, evidence: parent === null ? "none" : "clusters" } as const;
}

/** The snapshot that libvirt calls current; undefined when its notes do not tell. */
function currentOf(
  notes: ReturnType<typeof libvirtSnapshots>,
  states: readonly DiskState[],
): number | undefined {
  const current = notes.filter((note) => note.current);
  const [first] = current;
  if (first === undefined || current.length > 1) return undefined;
  const places = states.flatMap(({ facts }, i) => (facts?.name === first.name ? i : []));
  return places.length === 1 ? places[0] : undefined;
}

interface Link {
  readonly shared: number;
  readonly own: number;
  readonly parent: number | null;
  readonly confidence: number;
  readonly evidence: SnapshotNode["evidence"];
}

function nodeOf(
  { facts, size }: DiskState,
  index: number,
  { shared, ...link }: Link,
  exclusiveBytes: number | undefined,
): SnapshotNode {
  return {
    index: facts === undefined ? null : index,
    id: facts?.id ?? "",
    name: facts?.name ?? "",
    ...(facts && { dateSeconds: facts.dateSeconds }),
    vmStateSize: facts?.vmStateSize ?? 0,
    diskSize: size,
    ...(exclusiveBytes !== undefined && { exclusiveBytes }),
    sharedWithParent: shared,
    ...link,
  };
}

/** What deleting each snapshot alone gives back; none where the image must be repaired first. */
function freedAlone(file: ByteSource, count: number, control?: Control): number[] {
  const freed: number[] = [];
  try {
    for (let index = 0; index < count; index++) {
      control?.throwIfCancelled();
      freed.push(freedBySnapshots(file, [index]));
    }
    return freed;
  } catch (error) {
    if (error instanceof ImageError && error.code !== "cancelled") return [];
    throw error;
  }
}
