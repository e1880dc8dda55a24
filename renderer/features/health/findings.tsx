import { useTranslation } from "react-i18next";
import type { CheckResult } from "../../../shared/model/check";
import { isOneFileVmdk } from "../../../shared/model/one-file-vmdk";
import type { LayerReport } from "../../../shared/model/report";
import { leadToBytes, placeOf } from "../../state/bytes";
import { checkText } from "../../text/check-text";
import { formatBytes, formatCount, formatOffset } from "../../text/format";
import { Badge } from "../../ui/badge";
import { Card } from "../../ui/card";
import { OffsetLink } from "../../ui/offset-link";
import styles from "./health.module.css";

/** Findings that are shown: nobody reads more, and a table of them stays quick. */
const mostShown = 200;

const tones = { corruption: "bad", error: "bad", leak: "warn", note: "plain" } as const;

interface FindingsProps {
  result: CheckResult;
  image: LayerReport;
}

/** Every finding of a check in words, with the place in the file that it is about. */
export function Findings({ result, image }: FindingsProps) {
  const { t } = useTranslation();
  const { findings, moreFindings } = result;
  const shown = findings.slice(0, mostShown);
  const linked = isOneFile(image);
  const left = findings.length - shown.length + moreFindings;
  return (
    <Card title={t("health.findings", { count: findings.length + moreFindings })}>
      <table className={styles.findings}>
        <thead>
          <tr>
            <th>{t("health.kind")}</th>
            <th>{t("health.what")}</th>
            <th data-right>{t("health.at")}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((finding, nth) => (
            // The same may be found twice; the list never changes its order.
            // oxlint-disable-next-line react/no-array-index-key
            <tr key={nth} data-testid="finding">
              <td>
                <Badge tone={tones[finding.kind]}>{t(`health.kinds.${finding.kind}`)}</Badge>
              </td>
              <td>{checkText(finding, t)}</td>
              {linked && finding.at < image.fileLength ? (
                <td data-right>
                  <OffsetLink
                    at={finding.at}
                    onClick={() => leadToBytes(placeOf(image.path, "file"), finding.at)}
                  />
                </td>
              ) : (
                <td data-right title={formatBytes(finding.at)}>
                  {formatOffset(finding.at)}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {left > 0 && <p className={styles.more}>{t("health.more", { count: formatCount(left) })}</p>}
    </Card>
  );
}

/** Whether findings are about the image's own file, as it lies there. */
function isOneFile(image: LayerReport): boolean {
  return image.facts.wrapping === undefined && (image.format !== "vmdk" || isOneFileVmdk(image));
}
