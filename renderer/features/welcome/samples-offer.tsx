import { Button } from "@mantine/core";
import { FlaskConical } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useSamples } from "../../state/samples";
import { attempt } from "../../state/view";
import { formatCount, formatRoundSize, formatSize } from "../../text/format";
import { Ellipsis } from "../../ui/ellipsis";
import { ProgressBar } from "../../ui/progress-bar";
import { TextButton } from "../../ui/text-button";
import styles from "./samples-offer.module.css";

/** For whoever has no image at hand: a set of them in one click, with where it goes and what it takes. */
export function SamplesOffer() {
  const { t } = useTranslation();
  const { place, making, look, choosePlace, make, stop } = useSamples();
  useEffect(() => attempt(look), [look]);
  if (place === undefined) return null;
  const { folder, there, size, free } = place;
  const short = !there && free !== undefined && free < size;
  return (
    <section className={styles.offer} aria-labelledby="samples-title" data-testid="samples-offer">
      <FlaskConical className={styles.icon} size={22} aria-hidden />
      <div className={styles.text}>
        <h2 id="samples-title">{t("samples.title")}</h2>
        <p>{t(there ? "samples.there" : "samples.text")}</p>
        <p className={styles.place}>
          {short
            ? t("samples.short", { size: formatRoundSize(size), free: formatSize(free) })
            : !there && t("samples.takes", { size: formatRoundSize(size) })}
          <Ellipsis full={folder}>{folder}</Ellipsis>
        </p>
      </div>
      {making === undefined ? (
        <div className={styles.actions}>
          <Button variant="light" disabled={short} onClick={() => attempt(make)}>
            {t(there ? "samples.open" : "samples.make")}
          </Button>
          <TextButton onClick={() => attempt(choosePlace)}>{t("samples.choose")}</TextButton>
        </div>
      ) : (
        <div className={styles.making}>
          <ProgressBar
            label={t("samples.making")}
            text={t("samples.progress", {
              done: formatCount(making.done),
              total: formatCount(making.total),
            })}
            {...making}
          />
          <div className={styles.row}>
            <span role="status">{t("samples.making")}</span>
            <TextButton onClick={() => attempt(stop)}>{t("samples.cancel")}</TextButton>
          </div>
        </div>
      )}
    </section>
  );
}
