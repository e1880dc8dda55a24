import type { ByteSource } from "../../io/source";
import type { Header } from "./header";
import { claimedLength, logSectorSize, readLogEntry, type LogEntry, type Ring } from "./log-entry";
import { requireInFile, vhdxError } from "./vhdx-error";

/** Bytes of log that are replayed at most, which is in memory; Hyper-V and qemu make logs of 1 MiB. */
const largestLog = 64 * 2 ** 20;
/** Entries may claim any length; so many times the log's bytes are checked in all. */
const mostRounds = 8;

/**
 * The entries that have to be replayed, in order: the active sequence ([MS-VHDX] 2.3.2, 2.3.3).
 * @param header One whose log GUID is not the nil GUID.
 * @throws ImageError `corrupt-data` (a log without a sequence), `truncated`, `limit`, `io`.
 */
export function readActiveSequence(source: ByteSource, header: Header): readonly LogEntry[] {
  const { logOffset, logLength, logGuid } = header;
  if (logLength > largestLog)
    throw vhdxError("limit", source, header.at + 68, "the log to be replayed is too large", {
      expected: `at most ${largestLog} bytes`,
      found: logLength,
    });
  requireInFile(source, "log", logOffset, logLength);
  const bytes = new Uint8Array(logLength);
  source.read(logOffset, bytes);
  const sequence = findActiveSequence(ringOf(bytes), logGuid, () => tooManyEntries(source, header));
  const head = sequence.at(-1);
  if (head === undefined)
    throw vhdxError("corrupt-data", source, logOffset, "the log has no sequence to replay", {
      expected: `entries with the log GUID ${logGuid}`,
      hint: "Attach the disk in Hyper-V or Windows, or repair a copy of it there.",
    });
  if (head.flushedFileOffset > BigInt(source.size))
    throw vhdxError("truncated", source, logOffset + head.at + 48, "the file is cut off", {
      expected: `at least ${head.flushedFileOffset} bytes`,
      found: source.size,
    });
  return sequence;
}

function ringOf(bytes: Uint8Array): Ring {
  const { length } = bytes;
  return {
    length,
    read(at, count) {
      if (at + count <= length) return bytes.subarray(at, at + count);
      const piece = new Uint8Array(count);
      piece.set(bytes.subarray(at));
      piece.set(bytes.subarray(0, at + count - length), length - at);
      return piece;
    },
  };
}

/** The valid sequence whose head has the highest number; empty when there is none. */
function findActiveSequence(ring: Ring, logGuid: string, tooMany: () => Error): LogEntry[] {
  let budget = mostRounds * ring.length;
  let active: LogEntry[] = [];

  function entryAt(at: number): LogEntry | undefined {
    const length = claimedLength(ring, at, logGuid);
    if (length === undefined) return undefined;
    budget -= length;
    if (budget < 0) throw tooMany();
    return readLogEntry(ring, at, length);
  }

  for (let start = 0; start < ring.length;) {
    const run: LogEntry[] = [];
    let next = start;
    let left = ring.length;
    for (;;) {
      const entry = left > 0 ? entryAt(next % ring.length) : undefined;
      const before = run.at(-1);
      if (entry === undefined || entry.entryLength > left) break;
      if (before !== undefined && entry.sequenceNumber !== before.sequenceNumber + 1n) break;
      run.push(entry);
      next += entry.entryLength;
      left -= entry.entryLength;
    }
    const sequence = fromTail(run);
    if ((sequence.at(-1)?.sequenceNumber ?? 0n) > (active.at(-1)?.sequenceNumber ?? 0n))
      active = sequence;
    start = run.length === 0 ? start + logSectorSize : next;
  }
  return active;
}

/** The part of a run that its head still needs; nothing when the run does not reach back so far. */
function fromTail(run: LogEntry[]): LogEntry[] {
  const head = run.at(-1);
  const tail = run.findIndex(({ at }) => at === head?.tail);
  return tail < 0 ? [] : run.slice(tail);
}

function tooManyEntries(source: ByteSource, { logOffset }: Header): Error {
  return vhdxError("limit", source, logOffset, "the log's entries overlap too much to be checked");
}
