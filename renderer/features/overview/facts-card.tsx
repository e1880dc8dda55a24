import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { LayerFacts } from "../../../shared/model/facts";
import type { ImageReport } from "../../../shared/model/report";
import { detailName, detailText } from "../../text/detail-text";
import { formatCount, formatSize } from "../../text/format";
import { Bytes } from "../../ui/bytes";
import { Card } from "../../ui/card";
import { FactList, type Fact } from "../../ui/fact-list";
import { FormatValue } from "./format-value";
import { imageLayer } from "./sizes";

/** What the file states of itself. */
export function FactsCard({ report }: { report: ImageReport }) {
  const { t } = useTranslation();
  return (
    <Card title={t("overview.facts.title")} subtitle={t("overview.facts.subtitle")}>
      <FactList facts={factsOf(report, t)} />
    </Card>
  );
}

function factsOf(report: ImageReport, t: TFunction): Fact[] {
  const { virtualSize, facts } = imageLayer(report);
  const bit = (value: boolean) => t(value ? "overview.facts.set" : "overview.facts.clear");
  const list: Fact[] = [
    {
      name: t("overview.facts.format"),
      value: <FormatValue report={report} />,
      testId: "fact-format",
    },
    {
      name: t("overview.facts.virtualSize"),
      value: t(virtualSizeKey(virtualSize, facts), {
        size: formatSize(virtualSize),
        bytes: formatCount(virtualSize),
      }),
    },
  ];
  if (facts.version !== undefined)
    list.push({ name: t("overview.facts.version"), value: facts.version });
  if (facts.label !== undefined)
    list.push({ name: t("overview.facts.label"), value: facts.label, testId: "fact-label" });
  if (facts.clusterSize !== undefined)
    list.push({
      name: t(`overview.facts.${facts.unit ?? "cluster"}Size`),
      value: <Bytes value={facts.clusterSize} round testId="fact-cluster-size" />,
    });
  if (facts.compression !== undefined)
    list.push({ name: t("overview.facts.compression"), value: facts.compression });
  if (report.own.compressed > 0)
    list.push({
      name: t("overview.facts.compressed"),
      value: t("overview.facts.compressedValue", {
        guest: formatSize(report.own.compressedGuest),
        stored: formatSize(report.own.compressed),
      }),
    });
  if (facts.encryption !== undefined)
    list.push({ name: t("overview.facts.encryption"), value: facts.encryption });
  if (facts.dataFile !== undefined)
    list.push({
      name: t("overview.facts.dataFile"),
      value: facts.dataFile || t("overview.facts.unnamed"),
      mono: true,
    });
  if (facts.dirty !== undefined)
    list.push({ name: t("overview.facts.dirty"), value: bit(facts.dirty) });
  if (facts.corrupt !== undefined)
    list.push({ name: t("overview.facts.corrupt"), value: bit(facts.corrupt) });
  for (const detail of facts.details)
    list.push({ name: detailName(detail, t), value: detailText(detail, t) });
  return list;
}

/** A compressed image may leave its size open. */
function virtualSizeKey(size: number, { wrapping }: LayerFacts) {
  if (wrapping?.sizeKnown !== false) return "overview.facts.bytes";
  return size === 0 ? "overview.facts.notTold" : "overview.facts.about";
}
