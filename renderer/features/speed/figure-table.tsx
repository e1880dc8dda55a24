import { useTranslation } from "react-i18next";
import type { SpeedPass } from "../../../shared/model/read-speed";
import { nameOf } from "../../api/paths";
import { throughputOf, useSpeed, type SpeedFigure } from "../../state/speed";
import {
  formatCount,
  formatSeconds,
  formatShare,
  formatSize,
  formatSpeed,
} from "../../text/format";
import { Bytes } from "../../ui/bytes";
import { Card } from "../../ui/card";
import styles from "./speed.module.css";

/** Every figure, as it was measured. */
export function FigureTable({ figures }: { figures: readonly SpeedFigure[] }) {
  const { t } = useTranslation();
  return (
    <Card title={t("speed.table.title")} subtitle={t("speed.table.subtitle")}>
      <div className={styles.scrolled}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{t("speed.table.what")}</th>
              <th scope="col">{t("speed.table.pass")}</th>
              <th scope="col" data-right>
                {t("speed.table.bytes")}
              </th>
              <th scope="col" data-right>
                {t("speed.table.time")}
              </th>
              <th scope="col" data-right>
                {t("speed.table.speed")}
              </th>
              <th scope="col" data-right>
                {t("speed.table.rate")}
              </th>
              <th scope="col" data-right>
                {t("speed.table.unstored")}
              </th>
            </tr>
          </thead>
          <tbody>
            {figures.map((figure) => (
              <FigureRows key={`${figure.subject} ${figure.pattern}`} figure={figure} />
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

function FigureRows({ figure: { subject, pattern, result } }: { figure: SpeedFigure }) {
  const { t } = useTranslation();
  const raw = useSpeed((state) => state.raw);
  const { first, again, asked, unstored } = result;
  return (["first", "again"] as const).map((name) => (
    <tr key={name} data-testid={`${subject}-${pattern}-${name}`}>
      {name === "first" && (
        <th scope="rowgroup" rowSpan={2}>
          {t(`speed.subject.${subject}`, { name: nameOf(raw ?? "") })}
          <span className={styles.dim}>{t(`speed.pattern.${pattern}`)}</span>
          {first.bytes < asked && (
            <span className={styles.dim}>
              {t("speed.table.partly", {
                done: formatSize(first.bytes),
                total: formatSize(asked),
              })}
            </span>
          )}
        </th>
      )}
      <td>{t(`speed.table.${name}`)}</td>
      <Figures pass={name === "first" ? first : again} once={first.bytes} />
      {name === "first" && (
        <td data-right rowSpan={2}>
          {formatShare(unstored, first.bytes)}
        </td>
      )}
    </tr>
  ));
}

/** @param once Bytes of one time through. */
function Figures({ pass, once }: { pass: SpeedPass; once: number }) {
  const { t } = useTranslation();
  const rounds = once > 0 ? pass.bytes / once : 1;
  const speed = throughputOf(pass);
  return (
    <>
      <td data-right>
        <Bytes value={once} testId="bytes-read" />
        {rounds > 1 && ` × ${formatCount(rounds)}`}
      </td>
      <td data-right>{t("speed.table.seconds", { seconds: formatSeconds(pass.seconds) })}</td>
      <td data-right>{speed === undefined ? t("speed.table.tooShort") : formatSpeed(speed)}</td>
      <td data-right>
        {speed === undefined ? "" : formatCount(Math.round(pass.requests / pass.seconds))}
      </td>
    </>
  );
}
