import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { Content, Inside, InsideFinding, Partition } from "../../../shared/model/inside";
import type { ImageReport } from "../../../shared/model/report";
import { formatRoundSize } from "../../text/format";
import { Bytes } from "../../ui/bytes";
import { Card } from "../../ui/card";
import { Ellipsis } from "../../ui/ellipsis";
import { Note } from "../../ui/note";
import { colourOf } from "../../ui/tones";
import styles from "./inside.module.css";
import { imageLayer } from "./sizes";
import { stripsOf, type Strip } from "./strips";

/** The partition table as the guest sees it, and what each partition holds. */
export function InsideCard({ report }: { report: ImageReport }) {
  const { t } = useTranslation();
  const { inside } = report;
  if (inside === undefined) return null;
  const strips = stripsOf(inside, imageLayer(report).virtualSize);
  const { whole, partitions, findings } = inside;
  const tabular = whole !== undefined || partitions.length > 0;
  return (
    <Card title={t("overview.inside.title")} subtitle={subtitleOf(inside, t)}>
      {(strips.length > 0 || tabular || findings.length > 0) && (
        <div data-testid="inside">
          {strips.length > 0 && <Bar strips={strips} />}
          {tabular && <Table inside={inside} />}
          {findings.length > 0 && <Findings findings={findings} />}
        </div>
      )}
    </Card>
  );
}

function subtitleOf({ table, whole, partitions, sectorSize }: Inside, t: TFunction): string {
  const count = partitions.filter(({ kind }) => kind !== "extended").length;
  if (table === "none") return t(`overview.inside.none.${whole === undefined ? "empty" : "whole"}`);
  return t(`overview.inside.table.${table}`, { count, sector: formatRoundSize(sectorSize) });
}

/** The disk from left to right; the table below says the same in words. */
function Bar({ strips }: { strips: readonly Strip[] }) {
  return (
    <div className={styles.bar} aria-hidden>
      {strips.map(({ start, length, partition }) => (
        <span
          key={start}
          className={styles.strip}
          data-gap={partition === undefined || undefined}
          style={{ flexGrow: length, background: partition && colourFor(partition.number) }}
        />
      ))}
    </div>
  );
}

function colourFor(number: number): string {
  return colourOf(`layer-${number - 1}`);
}

function Table({ inside: { whole, partitions } }: { inside: Inside }) {
  const { t } = useTranslation();
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th>{t("overview.inside.partition")}</th>
          <th>{t("overview.inside.holds")}</th>
          <th data-right>{t("overview.inside.size")}</th>
        </tr>
      </thead>
      <tbody>
        {whole !== undefined && (
          <tr>
            <td>{t("overview.inside.whole")}</td>
            <td>
              <Holds content={whole} />
            </td>
            <td data-right>{whole.size !== undefined && <Bytes value={whole.size} />}</td>
          </tr>
        )}
        {partitions.map((partition) => (
          <Row key={partition.number} partition={partition} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ partition }: { partition: Partition }) {
  const { content, length } = partition;
  return (
    <tr data-testid="partition">
      <td>
        <PartitionName partition={partition} />
      </td>
      <td>{content === undefined ? null : <Holds content={content} />}</td>
      <td data-right>
        <Bytes value={length} />
      </td>
    </tr>
  );
}

/** Its number in the colour that it has in the bar, its type, and what its maker called it. */
function PartitionName({ partition }: { partition: Partition }) {
  const { t } = useTranslation();
  const { number, name, bootable, kind } = partition;
  const extended = kind === "extended";
  const notes = [name, bootable ? t("overview.inside.bootable") : undefined].filter(Boolean);
  return (
    <span className={styles.partition}>
      <span
        className={styles.swatch}
        style={{ background: extended ? undefined : colourFor(number) }}
      />
      <span className={styles.number}>{number}</span>
      <span className={styles.type}>
        <Ellipsis>{typeText(partition, t)}</Ellipsis>
        {notes.length > 0 && (
          <small className={styles.dim}>
            <Ellipsis>{notes.join(", ")}</Ellipsis>
          </small>
        )}
      </span>
    </span>
  );
}

/** The type in words; else as the table has it. */
function typeText({ kind, type }: Partition, t: TFunction): string {
  if (kind !== undefined) return t(`overview.inside.kind.${kind}`);
  return type.length === 2 ? t("overview.inside.mbrType", { type }) : type;
}

function Holds({ content: { kind, label } }: { content: Content }) {
  const { t } = useTranslation();
  return (
    <span className={styles.type}>
      <Ellipsis>{t(`overview.inside.content.${kind}`)}</Ellipsis>
      {label !== undefined && (
        <small className={styles.dim}>
          <Ellipsis>{label}</Ellipsis>
        </small>
      )}
    </span>
  );
}

function Findings({ findings }: { findings: readonly InsideFinding[] }) {
  const { t } = useTranslation();
  return (
    <div className={styles.findings}>
      <Note tone="warn" testId="inside-findings">
        {findings.map(({ id, partition = 0 }) => (
          <p key={`${id} ${partition}`}>
            {t(`overview.inside.finding.${id}`, { number: partition })}
          </p>
        ))}
      </Note>
    </div>
  );
}
