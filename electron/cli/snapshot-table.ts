import type { SnapshotFacts } from "../../shared/model/facts";
import { humanSize } from "./sizes";

/** The lines of qemu-img's table of internal snapshots, headings first, dates in local time. */
export function snapshotTable(snapshots: readonly SnapshotFacts[]): string[] {
  return [
    row("ID", "TAG", "VM SIZE", "DATE", "VM CLOCK", "ICOUNT"),
    ...snapshots.map((snapshot) =>
      row(
        snapshot.id,
        snapshot.name,
        humanSize(snapshot.vmStateSize),
        localDate(snapshot.dateSeconds),
        clock(BigInt(snapshot.vmClockNanoseconds)),
        snapshot.icount === undefined ? "" : String(BigInt.asIntN(64, BigInt(snapshot.icount))),
      ),
    ),
  ];
}

function row(
  id: string,
  tag: string,
  vmSize: string,
  date: string,
  vmClock: string,
  icount: string,
): string {
  return [
    `${left(id, 9)} ${left(tag, 16)} ${vmSize.padStart(8)}`,
    date.padStart(20),
    vmClock.padStart(13),
    icount.padStart(11),
  ].join("");
}

/** Columns are counted in bytes, as C does. */
function left(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - Buffer.byteLength(text)));
}

function localDate(seconds: number): string {
  const date = new Date(seconds * 1000);
  const two = (number: number): string => String(number).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** Guest run time as hours:minutes:seconds.milliseconds. */
function clock(nanoseconds: bigint): string {
  const seconds = nanoseconds / 1_000_000_000n;
  const two = (number: bigint): string => String(number).padStart(2, "0");
  const milliseconds = String((nanoseconds % 1_000_000_000n) / 1_000_000n).padStart(3, "0");
  return `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}.${milliseconds}`;
}
