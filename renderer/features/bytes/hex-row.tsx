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

/** One row: its offset, its bytes as digits, and as text. */
export function HexRow(props: HexRowProps) {
  const { id, row, digits, length, bytes, unreadable = [], colour, selection, caret } = props;
  const first = row * COLUMNS;
  const cells = Array.from({ length }, (_, column) => {
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
      <span className={styles.text} role="gridcell">
        {cells.map(({ at, byte, lost, selected }) => (
          <span
            key={at}
            className={styles.character}
            data-at={at}
            data-selected={selected || undefined}
            data-zero={byte === 0 || undefined}
            data-lost={lost || undefined}
          >
            {byte === undefined ? (lost ? "?" : "·") : byteAsText(byte)}
          </span>
        ))}
      </span>
    </div>
  );
}
