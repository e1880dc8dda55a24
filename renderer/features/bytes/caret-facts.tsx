import type { TFunction } from "i18next";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { BytesPlace, FilePart } from "../../../shared/model/bytes";
import type { ImageReport } from "../../../shared/model/report";
import { nameOf } from "../../api/paths";
import { bytesAt, chunkOf, placeOf, selectionOf, useBytes } from "../../state/bytes";
import { byteAsHex, byteAsText } from "../../text/byte-text";
import { formatBytes, formatCount, formatOffset } from "../../text/format";
import { failureLine } from "../../text/failure-text";
import { FactList, type Fact } from "../../ui/fact-list";
import { TextButton } from "../../ui/text-button";
import styles from "./bytes.module.css";
import { colourAt, complaintAt, originAt, partAt } from "./stretches";

const SECTOR = 512;

interface CaretFactsProps {
  report: ImageReport;
  place: BytesPlace;
}

/** What is known of the byte at the caret: where it is, what it is, where it comes from. */
export function CaretFacts({ report, place }: CaretFactsProps) {
  const { t } = useTranslation();
  const { caret, anchor, size } = useBytes();
  if (!size) return null;
  const { length } = selectionOf({ caret, anchor });
  const layers = report.layers.map(({ path }) => path);
  const chunk = chunkOf(caret);
  const value = bytesAt(caret, 1)?.[0];
  const complaint = complaintAt(chunk, caret);
  const isText = value !== undefined && byteAsText(value).charCodeAt(0) === value;
  const swatch = (
    <span className={styles.swatch} style={{ background: colourAt(chunk, caret, layers) }} />
  );
  const facts: Fact[] = [
    {
      name: t("bytes.at.offset"),
      value: `${formatOffset(caret)} · ${formatCount(caret)}`,
      testId: "caret-offset",
    },
    {
      name: t("bytes.at.sectorName"),
      value: t("bytes.at.sector", {
        sector: formatCount(Math.floor(caret / SECTOR)),
        byte: formatCount(caret % SECTOR),
      }),
      testId: "caret-sector",
    },
    {
      name: t("bytes.at.byte"),
      value:
        complaint !== undefined
          ? `${t("bytes.unreadable")}: ${failureLine(complaint, t)}`
          : value === undefined
            ? t("bytes.loading")
            : [
                `0x${byteAsHex(value)}`,
                formatCount(value),
                ...(isText ? [t("bytes.at.character", { character: byteAsText(value) })] : []),
              ].join(" · "),
      testId: "caret-byte",
    },
  ];
  if (place.side === "guest") {
    facts.push({
      name: t("bytes.at.origin"),
      value: (
        <span className={styles.from}>
          {swatch}
          <span>
            <Origin caret={caret} path={report.path} />
          </span>
        </span>
      ),
      testId: "caret-origin",
    });
    const partition = partitionText(report, caret, t);
    if (partition !== undefined) facts.push({ name: t("bytes.at.partition"), value: partition });
  } else {
    const part = partAt(chunk, caret);
    const [image] = report.layers;
    // A packed image is a file of its packing.
    const format = image?.facts.wrapping?.id ?? image?.format ?? "";
    const text: ReactNode =
      part === undefined
        ? t(chunk?.parts.length === 0 ? "bytes.at.noPart" : "bytes.at.noName", { format })
        : partText(part, caret, t);
    facts.push({
      name: t("bytes.at.part"),
      value: (
        <span className={styles.from}>
          {part && swatch}
          <span>{text}</span>
        </span>
      ),
      testId: "caret-part",
    });
  }
  if (length > 1)
    facts.push({
      name: t("bytes.at.selected"),
      value: formatBytes(length),
      testId: "selected",
    });
  return (
    <section className={styles.facts} aria-label={t("bytes.at.label")}>
      <FactList facts={facts} />
    </section>
  );
}

function Origin({ caret, path }: { caret: number; path: string }) {
  const { t } = useTranslation();
  const origin = originAt(chunkOf(caret), caret);
  if (origin === undefined) return t("bytes.at.unknown");
  const { kind, file, hostAt } = origin;
  const name = file === undefined ? "" : nameOf(file);
  if (kind === "unallocated") return t("bytes.at.unallocated");
  if (kind === "zero") return t("bytes.at.zero", { name });
  if (hostAt === undefined) return t("bytes.at.inside", { name });
  // One byte of compressed data has no place of its own.
  const at = kind === "compressed" ? hostAt : hostAt + caret - origin.at;
  return (
    <>
      <span>
        {t(kind === "compressed" ? "bytes.at.compressed" : "bytes.at.stored", {
          name,
          at: formatOffset(at),
        })}
      </span>
      {file === path && (
        <TextButton onClick={() => useBytes.getState().show(placeOf(path, "file"), at)}>
          {t("bytes.at.show")}
        </TextButton>
      )}
    </>
  );
}

/** Which partition a guest byte lies in; undefined on a disk without partitions. */
function partitionText({ inside }: ImageReport, at: number, t: TFunction): string | undefined {
  const real = inside?.partitions.filter(({ kind }) => kind !== "extended") ?? [];
  if (real.length === 0) return undefined;
  const partition = real.find(({ start, length }) => at >= start && at < start + length);
  if (partition === undefined) return t("bytes.at.outside");
  const { number, content } = partition;
  return content === undefined
    ? t("bytes.at.partitionNumber", { number })
    : t("bytes.at.partitionKnown", {
        number,
        content: t(`overview.inside.content.${content.kind}`),
      });
}

/** A part of the file in words. */
function partText(part: FilePart, at: number, t: TFunction): string {
  const { kind, called, value, entrySize = 1, guestAt } = part;
  const name = called === undefined ? part.name : t(`bytes.called.${called}`);
  return t(
    kind === "l2Table" && name !== undefined ? "bytes.part.l2TableOf" : `bytes.part.${kind}`,
    {
      name,
      value,
      entry: formatCount(Math.floor((at - part.at) / entrySize)),
      guestAt: formatOffset(guestAt ?? 0),
    },
  );
}
