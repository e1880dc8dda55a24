import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { ChangeOutlook, ImageChange } from "../../../shared/model/change";
import { needsConsent, useChange } from "../../state/change";
import { useConvert } from "../../state/convert";
import { useHolder } from "../../state/in-use";
import { attempt } from "../../state/view";
import { formatSize } from "../../text/format";
import { Dialog } from "../../ui/dialog";
import { FailureText } from "../../ui/failure-text";
import { HeldButton } from "../../ui/held";
import { Note } from "../../ui/note";
import { ProgressBar } from "../../ui/progress-bar";
import styles from "./change.module.css";
import { Checked } from "./checked";
import { ChangeFields } from "./fields";
import { namesIn, shortNamesIn, writtenBy } from "./names";
import { Outlook } from "./outlook";
import { RunningBar } from "./running-bar";

/** The one change of an image that is asked for or runs: a dialog, or a bar while that is hidden. */
export function ChangeDialog() {
  const change = useChange((state) => state.change);
  const hidden = useChange((state) => state.hidden);
  if (change === undefined) return null;
  return hidden ? <RunningBar change={change} /> : <ChangeQuestion change={change} />;
}

function ChangeQuestion({ change }: { change: ImageChange }) {
  const { t } = useTranslation();
  const stage = useChange((state) => state.stage);
  const known = useChange((state) => state.view.state);
  const { close } = useChange.getState();
  return (
    <Dialog
      onClose={close}
      size={620}
      title={t(`change.title.${change.kind}`, shortNamesIn(change))}
      closeLabel={t(stage === "running" ? "change.hide" : "change.close")}
    >
      <div className={styles.dialog} data-testid="change" data-stage={stage} data-view={known}>
        {stage === "asking" && <Asking change={change} />}
        {stage === "running" && <Running change={change} />}
        {stage === "done" && <Done />}
      </div>
    </Dialog>
  );
}

/** What the change does, and whether to make it. */
function Asking({ change }: { change: ImageChange }) {
  const { t } = useTranslation();
  const view = useChange((state) => state.view);
  const failure = useChange((state) => state.failure);
  const agreed = useChange((state) => state.agreed);
  const { start, close } = useChange.getState();
  const holder = useHolder(change.path, writtenBy(change));
  const ready = view.state === "ready";
  const consent = ready && needsConsent(change, view.outlook);
  const idle = ready && isIdle(change, view.outlook);
  return (
    <>
      <p>{t(`change.text.${change.kind}`, namesIn(change))}</p>
      <ChangeFields change={change} />
      <Outlook change={change} view={view} />
      {failure && (
        <Note tone="bad" role="alert" testId="change-failed">
          {failure.code === "cancelled" ? (
            t(`change.cancelled.${change.kind}`)
          ) : (
            <FailureText failure={failure} />
          )}
        </Note>
      )}
      <div className={`${styles.buttons} ${styles.answer}`}>
        <Button variant="default" onClick={close}>
          {t("change.cancel")}
        </Button>
        {change.kind === "flatten" && (
          <Button
            variant="default"
            onClick={() => {
              close();
              attempt(() => useConvert.getState().begin([change.path]));
            }}
          >
            {t("change.asNewImage")}
          </Button>
        )}
        <HeldButton
          holder={holder}
          disabled={!ready || idle || (consent && !agreed)}
          color={consent ? "red" : undefined}
          onClick={() => attempt(start)}
        >
          {t(`change.yes.${change.kind}`)}
        </HeldButton>
      </div>
    </>
  );
}

/** Whether nothing has been chosen yet that would change anything. */
function isIdle(change: ImageChange, { grownTo, undo }: ChangeOutlook): boolean {
  if (change.kind === "resize") return grownTo === undefined && undo !== "impossible";
  return (
    change.kind === "amend" &&
    change.version === undefined &&
    change.lazyRefcounts === undefined &&
    change.refcountBits === undefined
  );
}

function Running({ change }: { change: ImageChange }) {
  const { t } = useTranslation();
  const { done, total } = useChange((state) => state.progress);
  const { hide, stop } = useChange.getState();
  const title = t(`change.running.${change.kind}`, namesIn(change));
  const far = t("change.far", { done: formatSize(done), total: formatSize(total) });
  return (
    <>
      <p>{title}</p>
      <ProgressBar label={title} text={far} done={done} total={total} />
      <p className={styles.quiet}>{total > 0 ? far : t("change.writing")}</p>
      <div className={styles.buttons}>
        <Button variant="default" onClick={() => hide(true)}>
          {t("change.hide")}
        </Button>
        <Button variant="default" onClick={() => attempt(stop)}>
          {t("change.stop")}
        </Button>
      </div>
    </>
  );
}

function Done() {
  const { t } = useTranslation();
  const { close } = useChange.getState();
  return (
    <>
      <Checked />
      <div className={styles.buttons}>
        <Button data-autofocus onClick={close}>
          {t("change.close")}
        </Button>
      </div>
    </>
  );
}
