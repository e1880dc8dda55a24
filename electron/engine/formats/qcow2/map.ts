import { ImageError } from "../../errors";
import type { ImageLayer, Run } from "../../image/layer";
import type { CompressedPlace } from "../../io/compressed-cluster";
import { pastEndOf } from "../../io/past-end";
import type { ByteSource } from "../../io/source";
import { compressedPlace, readCompressed } from "./compressed";
import { hasExtendedL2, l2EntriesOf, type Header } from "./header";
import type { GuestData } from "./guest-data";
import type { L1Table } from "./l1-table";
import { entriesAlike, entryDecoder, newStretch, type Stretch } from "./l2-entry";
import type { L2Tables } from "./l2-table";

/**
 * The `map` of a qcow2 layer (specification, "Cluster mapping"): reads L2 tables as they
 * are needed. A run goes on as long as kind and host offsets do; one over empty L1 entries costs
 * nothing per cluster. Data that the file ends before is an error, save in the file's last
 * cluster, whose missing bytes read as zeros, as in qemu.
 */
export function createMap(
  source: ByteSource,
  header: Header,
  l1: L1Table,
  l2: L2Tables,
  data: GuestData,
): ImageLayer["map"] {
  const { clusterSize, clusterBits, size } = header;
  const extended = hasExtendedL2(header);
  const entriesPerTable = l2EntriesOf(clusterSize, extended);
  const guestPerTable = entriesPerTable * clusterSize;
  const decode = entryDecoder(header);
  const guestPerSlice = (l2.sliceSize / (extended ? 16 : 8)) * clusterSize;
  const dataFile = data.external;

  // The slice that was used last, and the guest range it describes.
  let view: DataView = new DataView(new ArrayBuffer(0));
  let viewAt = 0;
  let viewStart = 0;
  let viewEnd = 0;
  let first = newStretch();
  let next = newStretch();
  // Where `next` begins, and how far it was looked for: mostly it is what is asked for next.
  let nextAt = -1;
  let nextEnd = 0;

  /** Fills `out` with what lies at `guestAt`; looks no further than `end` for the next L2 table. */
  function stretchAt(guestAt: number, end: number, out: Stretch): void {
    if (guestAt < viewStart || guestAt >= viewEnd) {
      const l1Index = Math.floor(guestAt / guestPerTable);
      const table = l1.l2TableOffset(l1Index);
      if (table === 0) {
        out.kind = "unallocated";
        out.host = -1;
        out.length =
          l1.nextUsed(l1Index + 1, Math.ceil(end / guestPerTable)) * guestPerTable - guestAt;
        return;
      }
      const part = Math.floor((guestAt % guestPerTable) / guestPerSlice);
      ({ view, at: viewAt } = l2.slice(table, l1Index, part));
      viewStart = l1Index * guestPerTable + part * guestPerSlice;
      viewEnd = viewStart + guestPerSlice;
    }
    const inSlice = guestAt - viewStart;
    const index = Math.floor(inSlice / clusterSize);
    decode(view, index, inSlice % clusterSize, out);
    if (extended || out.kind === "compressed" || out.kind === "invalid") return;
    const last = Math.ceil((Math.min(end, viewEnd) - viewStart) / clusterSize);
    const step = out.host < 0 ? 0 : clusterSize;
    out.length += entriesAlike(view, index, last, step, dataFile) * clusterSize;
  }

  function entryError(guestAt: number): ImageError {
    const at = viewAt + Math.floor((guestAt - viewStart) / clusterSize) * (extended ? 16 : 8);
    return new ImageError(
      "invalid-table",
      `${source.name}: the L2 entry at byte ${at} is damaged: ${first.problem}`,
      { file: source.name, at },
    );
  }

  function encodedRun(guestAt: number, length: number): Run {
    // Streams are stored as they are in an encrypted image, too; qemu opens none without its passphrase.
    data.sourceAt(0, 0);
    const { at, stored } = compressedPlace(first.high, first.low, clusterBits);
    if (at >= source.size) throw pastEndOf(source, "compressed cluster", at, stored);
    // The last sector may be cut off by the file's end.
    const place: CompressedPlace = { at, stored: Math.min(stored, source.size - at) };
    return {
      kind: "encoded",
      length,
      ...place,
      unit: clusterSize,
      skip: guestAt % clusterSize,
      decode: (into) => readCompressed(source, place, header.compressionType, into),
    };
  }

  function dataRun(guestAt: number, at: number, length: number): Run {
    if (data.identical && at !== guestAt) throw movedError(guestAt, at);
    const from = data.sourceAt(guestAt, at);
    if (at + length <= from.size) return { kind: "data", length, source: from, at };
    if (at < from.size) return { kind: "data", length: from.size - at, source: from, at };
    const cluster = at - (at % clusterSize);
    if (cluster >= from.size) throw pastEndOf(from, "data cluster", cluster, clusterSize);
    const rest = { kind: "zero", length: Math.min(length, cluster + clusterSize - at) } as const;
    return data.encrypted ? rest : { ...rest, at };
  }

  function movedError(guestAt: number, at: number): ImageError {
    return new ImageError(
      "invalid-table",
      `${source.name}: guest byte ${guestAt} is said to lie at byte ${at} of a raw data file`,
      { file: source.name, expected: guestAt, found: at },
    );
  }

  return (guestAt, max) => {
    const end = Math.min(guestAt + max, size);
    if (guestAt === nextAt && end === nextEnd) {
      const before = first;
      first = next;
      next = before;
    } else {
      stretchAt(guestAt, end, first);
    }
    nextAt = -1;
    if (first.kind === "invalid") throw entryError(guestAt);
    let until = guestAt + first.length;
    while (until < end && first.kind !== "compressed") {
      stretchAt(until, end, next);
      const expected = first.host < 0 ? -1 : first.host + (until - guestAt);
      if (next.kind !== first.kind || next.host !== expected) {
        nextAt = until;
        nextEnd = end;
        break;
      }
      until += next.length;
    }
    const length = Math.min(until, end) - guestAt;
    switch (first.kind) {
      case "data":
        return dataRun(guestAt, first.host, length);
      case "compressed":
        return encodedRun(guestAt, length);
      case "zero":
        // qemu-img tells no places of an encrypted image.
        if (first.host < 0 || data.encrypted) return { kind: "zero", length };
        return { kind: "zero", length, at: first.host };
      case "unallocated":
        return { kind: "unallocated", length };
    }
  };
}
