import { useId } from "react";
import { useTranslation } from "react-i18next";
import styles from "./copy-on-write.module.css";

/** What happens, in order; each has its sentence in the catalogs. */
export const cowSteps = ["before", "write", "take", "copy", "put", "point"] as const;

const [WRITE, TAKE, COPY, PUT, POINT] = [1, 2, 3, 4, 5] as const;

/** Measures of the picture, in its own units. */
const left = 118;
const pitch = 80;
const width = 68;
const rows = { guest: 30, table: 84, overlay: 134, base: 190 } as const;
const high = 26;
const columns = [0, 1, 2, 3] as const;
/** The cluster that is written, and the part of it. */
const written = 2;
const part = 1;

const xOf = (column: number): number => left + column * pitch;
const middle = (column: number): number => xOf(column) + width / 2;
/** Where a cluster of the overlay's file begins: between the lines, for its place is none of the disk's. */
const xInFile = (nth: number): number => xOf(nth) + pitch / 2;

/** A guest, an overlay and its base at one step of a write. */
export function CowPicture({ step }: { step: number }) {
  const { t } = useTranslation();
  const name = cowSteps[step] ?? "before";
  const head = useId();
  return (
    <svg
      className={styles.picture}
      viewBox="0 0 440 226"
      role="img"
      aria-label={t(`learn.copyOnWrite.steps.${name}`)}
      data-step={name}
    >
      <marker id={head} viewBox="0 0 8 8" refX={4} refY={4} markerWidth={5} orient="auto">
        <path className={styles.head} d="M0 0 8 4 0 8Z" />
      </marker>
      {(["guest", "table", "overlay", "base"] as const).map((row) => (
        <text key={row} className={styles.label} x={0} y={rows[row] + 17}>
          {t(`learn.copyOnWrite.${row}`)}
        </text>
      ))}
      {columns.map((column) => (
        <g key={column}>
          <line
            className={styles.asks}
            x1={middle(column)}
            x2={middle(column)}
            y1={rows.guest + high}
            y2={rows.table}
          />
          <line
            className={styles.reads}
            data-on={column !== written || step < POINT}
            x1={middle(column)}
            x2={middle(column)}
            y1={rows.table + 20}
            y2={rows.base}
          />
          <Cluster x={xOf(column)} y={rows.guest} fresh={column === written && step >= WRITE} />
          <rect
            className={styles.entry}
            data-now={column === written && (step === WRITE || step === POINT)}
            x={xOf(column)}
            y={rows.table}
            width={width}
            height={20}
            rx={4}
          />
          <Cluster x={xOf(column)} y={rows.base} />
        </g>
      ))}
      <rect
        className={styles.header}
        x={xInFile(0)}
        y={rows.overlay}
        width={width}
        height={high}
        rx={5}
      />
      <text className={styles.headerText} x={xInFile(0) + width / 2} y={rows.overlay + 17}>
        {t("learn.copyOnWrite.header")}
      </text>
      <g className={styles.fades} data-on={step >= TAKE}>
        <rect
          className={styles.slot}
          x={xInFile(1)}
          y={rows.overlay}
          width={width}
          height={high}
          rx={5}
        />
      </g>
      <g className={styles.fades} data-on={step >= COPY}>
        <Cluster x={xInFile(1)} y={rows.overlay} fresh={step >= PUT} />
      </g>
      <Arrow head={head} on={step === WRITE} d={`M${middle(written)} 4v${rows.guest - 9}`} />
      <Arrow head={head} on={step === COPY} d="M306 187C306 174 272 184 272 168" />
      <Arrow
        head={head}
        on={step === PUT}
        d="M303 58C303 76 272 66 272 84V104C272 116 264 112 264 126"
      />
      <Arrow head={head} on={step >= POINT} d="M312 106C312 120 290 112 290 126" />
    </svg>
  );
}

interface ClusterProps {
  x: number;
  y: number;
  fresh?: boolean;
}

/** Four parts that have their place together; `fresh` has what the guest wrote in one of them. */
function Cluster({ x, y, fresh = false }: ClusterProps) {
  return (
    <g>
      <rect className={styles.cluster} x={x} y={y} width={width} height={high} rx={5} />
      {columns.map((nth) => (
        <rect
          key={nth}
          className={styles.part}
          data-fresh={fresh && nth === part}
          x={x + 2 + nth * 16}
          y={y + 2}
          width={15}
          height={high - 4}
        />
      ))}
    </g>
  );
}

/** A line with a head at its end. */
function Arrow({ head, on, d }: { head: string; on: boolean; d: string }) {
  return <path className={styles.arrow} data-on={on} d={d} markerEnd={`url(#${head})`} />;
}
