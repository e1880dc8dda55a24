import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { MeasuredVariant } from "../../../shared/model/measure";
import type { ImageReport } from "../../../shared/model/report";
import { useChange } from "../../state/change";
import { useConvert } from "../../state/convert";
import { useMeasures, variantsOf, type MeasureView } from "../../state/measures";
import { attempt } from "../../state/view";
import { formatProgress } from "../../text/format";
import { Card } from "../../ui/card";
import { FailureText } from "../../ui/failure-text";
import { Note } from "../../ui/note";
import { ProgressBar } from "../../ui/progress-bar";
import { TextButton } from "../../ui/text-button";
import styles from "./overview.module.css";
import { TakesTable, variantName } from "./takes-table";

/** What the image would take in other formats; nothing where that cannot be measured. */
export function TakesCard({ report }: { report: ImageReport }) {
  const { t } = useTranslation();
  const view = useMeasures(({ views }) => views[report.path]);
  if (view === undefined || report.broken !== undefined) return null;
  const variants = variantsOf(view);
  const subtitle = report.layers.length > 1 ? "subtitleChain" : "subtitle";
  return (
    <Card title={t("overview.takes.title")} subtitle={t(`overview.takes.${subtitle}`)}>
      {view.state === "measuring" && variants.length === 0 && (
        <div className={styles.coming}>
          <Progress view={view} />
          <div className={styles.rows} aria-hidden />
        </div>
      )}
      {view.state === "failed" && (
        <Note tone="bad" role="alert" testId="measure-failed">
          <FailureText failure={view.failure} headline={t("overview.takes.failed")} />
          <TextButton onClick={() => useMeasures.getState().retry()}>
            {t("overview.takes.retry")}
          </TextButton>
        </Note>
      )}
      {variants.length > 0 && <TakesTable variants={variants} />}
      {view.state === "ready" && <Actions report={report} variants={variants} />}
      {view.state === "measuring" && variants.length > 0 && <Progress view={view} />}
    </Card>
  );
}

/** What the table asks for: less of it. */
function Actions({
  report: { path, layers },
  variants,
}: {
  report: ImageReport;
  variants: readonly MeasuredVariant[];
}) {
  const { t } = useTranslation();
  const [image] = layers;
  const [smallest] = variants.toSorted((one, other) => one.allocated - other.allocated);
  if (smallest === undefined || image === undefined) return null;
  return (
    <div className={styles.actions}>
      {image.format === "qcow2" && image.facts.wrapping === undefined && (
        <Button
          variant="default"
          onClick={() => attempt(() => useChange.getState().ask({ kind: "compact", path }))}
        >
          {t("overview.takes.compact")}
        </Button>
      )}
      <Button
        variant="default"
        title={variantName(smallest, t)}
        onClick={() => attempt(() => useConvert.getState().begin([path], { target: smallest }))}
      >
        {t("overview.takes.smallest")}
      </Button>
    </div>
  );
}

function Progress({ view }: { view: Extract<MeasureView, { state: "measuring" }> }) {
  const { t } = useTranslation();
  const { done, total } = view;
  const text =
    total > 0
      ? t("overview.takes.progress", formatProgress(done, total))
      : t("overview.takes.planning");
  return (
    <div className={styles.measuring} data-testid="measuring">
      <ProgressBar label={t("overview.takes.measuring")} text={text} done={done} total={total} />
      <small>{text}</small>
    </div>
  );
}
