import { memo } from "react";
import type { BytesRead } from "../../../shared/model/bytes";
import { byteAsHex, byteAsText } from "../../text/byte-text";
import styles from "./bytes.module.css";

interface HexRowProps {
  /** Of the grid: a byte's cell is `id-offset`. */
  id: string;
  /** Number of the row, from 0. */
  row: number;
  /** Digits of an offset. */
  digits: number;
  /** Bytes that there are: fewer than 16 in the last row. */
  length: number;
  /** Undefined until they were read. */
  bytes: Uint8Array | undefined;
  unreadable: BytesRead["unreadable"] | undefined;
  /** A CSS colour for where they come from. */
  colour: string | undefined;
  selection: { readonly at: number; readonly length: number };
  caret: number;
}

const COLUMNS = 16;

/** One row: its offset, its bytes as digits, and as text. Drawn anew only for what is seen of it. */
export const HexRow = memo(function HexRow(props: HexRowProps) {
  const { id, row, digits, length, bytes, unreadable = [], colour, selection, caret } = props;
  const first = row * COLUMNS;
  const cells = Array.from({ length }, (_, column): Cell => {
    const at = first + column;
    const lost = unreadable.some((range) => at >= range.at && at < range.at + range.length);
    const selected = at >= selection.at && at < selection.at + selection.length;
    return { at, byte: lost ? undefined : bytes?.[column], lost, selected };
  });
  return (
    <div className={styles.row} role="row" aria-rowindex={row + 1} data-row={first}>
      <span className={styles.strip} style={{ background: colour }} aria-hidden />
      <span className={styles.offset} role="rowheader" style={{ width: `${digits}ch` }}>
        {first.toString(16).padStart(digits, "0")}
      </span>
      {cells.map(({ at, byte, lost, selected }) => (
        <span
          key={at}
          id={`${id}-${at}`}
          className={styles.cell}
          role="gridcell"
          aria-selected={selected}
          data-at={at}
          data-selected={selected || undefined}
          data-caret={at === caret || undefined}
          data-zero={byte === 0 || undefined}
          data-lost={lost || undefined}
        >
          {lost ? "??" : byte === undefined ? "··" : byteAsHex(byte)}
        </span>
      ))}
      {Array.from({ length: COLUMNS - length }, (_, i) => (
        <span key={`none-${i}`} className={styles.cell} aria-hidden />
      ))}
      <span className={styles.text} role="gridcell" data-text-at={first}>
        {stretchesOf(cells).map((stretch) => (
          <span
            key={stretch.at}
            className={styles.characters}
            data-selected={stretch.selected || undefined}
            data-zero={stretch.zero || undefined}
            data-lost={stretch.lost || undefined}
          >
            {stretch.text}
          </span>
        ))}
      </span>
    </div>
  );
}, looksAlike);

interface Cell {
  readonly at: number;
  /** Undefined until it was read, or where it cannot be. */
  readonly byte: number | undefined;
  readonly lost: boolean;
  readonly selected: boolean;
}

/** The bytes as text, in stretches that look alike: a part for each would be half of all that is drawn. */
function stretchesOf(cells: readonly Cell[]) {
  const stretches: (Pick<Cell, "at" | "lost" | "selected"> & { zero: boolean; text: string })[] =
    [];
  for (const { at, byte, lost, selected } of cells) {
    const zero = byte === 0;
    const text = byte === undefined ? (lost ? "?" : "·") : byteAsText(byte);
    const last = stretches.at(-1);
    if (last?.zero === zero && last.lost === lost && last.selected === selected) last.text += text;
    else stretches.push({ at, lost, selected, zero, text });
  }
  return stretches;
}

/** Whether two pictures of the same row are the same: most of what changes lies in other rows. */
function looksAlike(before: HexRowProps, now: HexRowProps): boolean {
  const { id, row, digits, length, bytes, unreadable, colour } = now;
  return (
    before.id === id &&
    before.row === row &&
    before.digits === digits &&
    before.length === length &&
    before.unreadable === unreadable &&
    before.colour === colour &&
    isSamePlace(before.bytes, bytes) &&
    isAlikeIn(before, now)
  );
}

/** Chunks that were read are not changed. */
const isSamePlace = (one: Uint8Array | undefined, other: Uint8Array | undefined): boolean =>
  one === other || (one?.buffer === other?.buffer && one?.byteOffset === other?.byteOffset);

/** Whether caret and selection are at the same places of the row. */
function isAlikeIn(before: HexRowProps, { row, selection, caret }: HexRowProps): boolean {
  const [from, to] = [row * COLUMNS, (row + 1) * COLUMNS];
  const within = (at: number): number => Math.max(from, Math.min(at, to));
  const caretIn = (at: number): number => (at >= from && at < to ? at : -1);
  const { at, length } = selection;
  const { selection: was } = before;
  return (
    caretIn(before.caret) === caretIn(caret) &&
    within(was.at) === within(at) &&
    within(was.at + was.length) === within(at + length)
  );
}
