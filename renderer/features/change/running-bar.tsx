import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { ImageChange } from "../../../shared/model/change";
import { useChange } from "../../state/change";
import { attempt } from "../../state/view";
import { formatSize } from "../../text/format";
import { Ellipsis } from "../../ui/ellipsis";
import { ProgressBar } from "../../ui/progress-bar";
import styles from "./change.module.css";
import { namesIn } from "./names";

/** The change while its dialog is hidden. */
export function RunningBar({ change }: { change: ImageChange }) {
  const { t } = useTranslation();
  const stage = useChange((state) => state.stage);
  const { done, total } = useChange((state) => state.progress);
  const { hide, stop } = useChange.getState();
  const running = stage === "running";
  const title = t(`change.${running ? "running" : "done"}.${change.kind}`, namesIn(change));
  const far = t("change.far", { done: formatSize(done), total: formatSize(total) });
  return (
    <footer className={styles.bar} aria-label={t("change.bar")} data-testid="change-bar">
      <span className={styles.barTitle} role="status">
        <Ellipsis>{title}</Ellipsis>
      </span>
      {running && (
        <div className={styles.barProgress}>
          <ProgressBar label={title} text={far} done={done} total={total} />
        </div>
      )}
      {running && total > 0 && <span>{far}</span>}
      <span className={styles.space} />
      {running && (
        <Button size="compact-xs" variant="default" onClick={() => attempt(stop)}>
          {t("change.stop")}
        </Button>
      )}
      <Button size="compact-xs" variant="default" onClick={() => hide(false)}>
        {t("change.show")}
      </Button>
    </footer>
  );
}
