import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { ImageReport } from "../../../shared/model/report";
import { nameOf } from "../../api/paths";
import { formatShare, formatSize } from "../../text/format";
import { Bytes } from "../../ui/bytes";
import { Card } from "../../ui/card";
import { Explain } from "../../ui/explain/explain";
import { Legend } from "../../ui/legend";
import type { Segment } from "../../ui/size-bar";
import { GrowthNote } from "./growth-note";
import { Measure } from "./measure";
import styles from "./overview.module.css";
import { imageLayer, sizesOf } from "./sizes";
import { useOnlyInSnapshots } from "./use-only-in-snapshots";

/** The three sizes that confuse people, side by side on one scale. */
export function SizeCard({ report }: { report: ImageReport }) {
  const { t } = useTranslation();
  const sizes = sizesOf(report);
  const { virtual, length, allocated, throughChain, fromBacking, scale } = sizes;
  const own = ownSegments(report, useOnlyInSnapshots(report), t);
  const chain = chainSegments(report);
  const standsAlone = report.layers.length === 1 && report.broken === undefined;
  const noChain = t(
    report.broken === undefined ? "overview.sizes.unreadable" : "overview.sizes.brokenChain",
  );

  const subtitle =
    allocated === undefined
      ? t("overview.sizes.subtitleUnknown", { virtual: formatSize(virtual) })
      : t("overview.sizes.subtitle", {
          virtual: formatSize(virtual),
          allocated: formatSize(allocated),
        });

  return (
    <Card
      title={t("overview.sizes.title")}
      subtitle={subtitle}
      aside={
        <>
          <Explain topic="sizes" />
          <Explain topic="thin" />
          {imageLayer(report).format === "qcow2" && (
            <Explain topic={isEmpty(report) ? "empty" : "container"} />
          )}
        </>
      }
    >
      <div className={styles.measures}>
        <Measure
          label={t("overview.sizes.virtual")}
          value={<Bytes value={virtual} testId="size-virtual" />}
          text={formatSize(virtual)}
          segments={[{ tone: "promised", label: t("overview.sizes.promised"), bytes: virtual }]}
          scale={scale}
        />
        <Measure
          label={t("overview.sizes.length")}
          value={<Bytes value={length} testId="size-length" />}
          text={formatSize(length)}
          aside={formatShare(length, virtual)}
          segments={[{ tone: "length", label: t("overview.sizes.fileLength"), bytes: length }]}
          scale={scale}
        />
        <Measure
          label={t("overview.sizes.allocated")}
          value={
            allocated === undefined ? (
              t("overview.sizes.unknown")
            ) : (
              <Bytes value={allocated} testId="size-allocated" />
            )
          }
          text={allocated === undefined ? t("overview.sizes.unknown") : formatSize(allocated)}
          aside={allocated === undefined ? undefined : formatShare(allocated, virtual)}
          segments={own}
          scale={scale}
        />
        <Measure
          label={t(standsAlone ? "overview.sizes.reads" : "overview.sizes.chain")}
          value={
            throughChain === undefined ? (
              noChain
            ) : (
              <Bytes value={throughChain} testId="size-chain" />
            )
          }
          text={throughChain === undefined ? noChain : formatSize(throughChain)}
          aside={
            chain.length > 1 && throughChain !== undefined
              ? t("overview.sizes.fromBacking", {
                  count: chain.length - 1,
                  size: formatSize(fromBacking),
                })
              : undefined
          }
          segments={throughChain === undefined ? [] : chain}
          scale={scale}
        />
      </div>
      <div className={styles.legend}>
        <Legend segments={own} />
        {chain.length > 1 && throughChain !== undefined && <Legend segments={chain} />}
      </div>
      <GrowthNote report={report} />
    </Card>
  );
}

/** Whether the guest has written nothing, as far as that can be told. */
function isEmpty({ own, unreadable }: ImageReport): boolean {
  return unreadable === undefined && own.data + own.compressed === 0;
}

/** How the image's own file is used. */
function ownSegments(
  report: ImageReport,
  inSnapshots: number | undefined,
  t: TFunction,
): Segment[] {
  const { data, compressed, rest } = report.own;
  const hasSnapshots = imageLayer(report).facts.snapshots.length > 0;
  const told = inSnapshots !== undefined || !hasSnapshots;
  if (report.unreadable !== undefined)
    return [{ tone: "rest", label: t("overview.sizes.unreadable"), bytes: rest }];
  return [
    { tone: "data", label: t("overview.sizes.data"), bytes: data },
    { tone: "compressed", label: t("overview.sizes.compressed"), bytes: compressed },
    {
      tone: "exclusive",
      label: t("overview.sizes.inSnapshots"),
      bytes: inSnapshots ?? 0,
    },
    {
      tone: "rest",
      label: t(told ? "overview.sizes.rest" : "overview.sizes.restWithSnapshots"),
      bytes: rest - (inSnapshots ?? 0),
    },
  ];
}

/** Which file answers what the guest reads. */
function chainSegments(report: ImageReport): Segment[] {
  return report.layers.map(({ path, answers }, depth) => ({
    tone: `layer-${depth}`,
    label: nameOf(path),
    bytes: answers,
  }));
}
