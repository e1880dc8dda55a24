import { VisuallyHidden } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { ImageReport } from "../../../shared/model/report";
import { nameOf } from "../../api/paths";
import { useMap } from "../../state/map";
import { formatSize } from "../../text/format";
import { Legend } from "../../ui/legend";
import { classText, toneOf } from "./classes";

/** What the colours mean and how much there is of each; as a table for those who do not see them. */
export function Totals({ report }: { report: ImageReport }) {
  const { t } = useTranslation();
  const overview = useMap((map) => map.overview);
  if (overview === undefined) return null;
  const { classes, totals } = overview.cells;
  const names = report.layers.map(({ path }) => nameOf(path));
  const rows = classes.map((name, i) => ({
    name,
    tone: toneOf(name),
    label: classText(name, names, t),
    bytes: totals[i] ?? 0,
  }));
  return (
    <>
      <div aria-hidden>
        <Legend segments={rows} />
      </div>
      <VisuallyHidden>
        <table data-testid="map-totals">
          <caption>{t("map.totals")}</caption>
          <tbody>
            {rows
              .filter(({ bytes }) => bytes > 0)
              .map(({ name, label, bytes }) => (
                <tr key={name} data-class={name} data-bytes={bytes}>
                  <th scope="row">{label}</th>
                  <td>{formatSize(bytes)}</td>
                </tr>
              ))}
          </tbody>
        </table>
      </VisuallyHidden>
    </>
  );
}
