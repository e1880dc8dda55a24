import type { TFunction } from "i18next";
import type { Receipt } from "../../../shared/model/receipt";
import { formatDate, formatSize, splitDuration } from "../../text/format";
import { formatName } from "../../text/format-name";
import { Bytes } from "../../ui/bytes";
import type { Fact } from "../../ui/fact-list";

/** What was made of what, when and how. */
export function receiptFacts(receipt: Receipt, t: TFunction): Fact[] {
  const { sources, target, verification, startedAt, seconds, toolVersion } = receipt;
  const { unit, ...duration } = splitDuration(seconds);
  const facts: Fact[] = sources.map(({ path, fileLength }) => ({
    name: t("receipt.facts.source"),
    value: t("receipt.facts.sourceLength", { path, length: formatSize(fileLength) }),
  }));
  facts.push(
    { name: t("receipt.facts.target"), value: target.path },
    { name: t("receipt.facts.format"), value: formatName(target.format, t) },
    { name: t("receipt.facts.options"), value: optionsText(receipt, t) },
    { name: t("receipt.facts.virtualSize"), value: <Bytes value={target.virtualSize} /> },
    { name: t("receipt.facts.length"), value: <Bytes value={target.fileLength} /> },
  );
  if (target.allocated !== undefined)
    facts.push({
      name: t("receipt.facts.allocated"),
      value: <Bytes value={target.allocated} testId="receipt-allocated" />,
    });
  if (verification)
    facts.push({
      name: t("receipt.method"),
      value: t(`receipt.methods.${verification.method}`),
    });
  facts.push(
    { name: t("receipt.facts.started"), value: formatDate(Date.parse(startedAt) / 1000) },
    { name: t("receipt.facts.duration"), value: t(`receipt.duration.${unit}`, duration) },
    {
      name: t("receipt.facts.tool"),
      value: t("receipt.facts.toolVersion", { version: toolVersion }),
    },
  );
  return facts;
}

function optionsText({ options, compress }: Receipt, t: TFunction): string {
  const chosen = Object.entries(options).map(([name, value]) => `${name}=${String(value)}`);
  if (compress) chosen.push(t("receipt.facts.compressed"));
  return chosen.length === 0 ? t("receipt.facts.defaults") : chosen.join(", ");
}
