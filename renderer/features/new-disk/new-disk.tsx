import { Button } from "@mantine/core";
import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { nameOf } from "../../api/paths";
import { useImages } from "../../state/images";
import { useJobs } from "../../state/jobs";
import { useNewDisk } from "../../state/new-disk";
import { newDiskObstacle } from "../../state/new-disk-form";
import { useNewDiskOutlook } from "../../state/new-disk-outlook";
import { attempt } from "../../state/view";
import { Card } from "../../ui/card";
import { Explain } from "../../ui/explain/explain";
import { FailureText } from "../../ui/failure-text";
import { Note } from "../../ui/note";
import { BaseField } from "./base-field";
import { FormatChoice } from "./format-choice";
import styles from "./new-disk.module.css";
import { Options } from "./options";
import { Place } from "./place";
import { Sizes } from "./sizes";
import { SizeField } from "./size-field";
import { SpaceChoices } from "./space-choices";

/** The page that makes an empty disk, or an overlay on an image. */
export function NewDisk() {
  const { t } = useTranslation();
  const form = useNewDisk();
  const base = useImages(({ views }) => views[form.base ?? ""]);
  const possible = useNewDiskOutlook(({ chosen }) => chosen?.state === "ready");
  const job = useJobs(({ jobs }) => jobs.find(({ id }) => id === form.jobId));
  const ready = newDiskObstacle(form, base) === undefined && possible && job === undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready) attempt(form.start);
  };
  return (
    <form className={styles.page} onSubmit={submit} noValidate aria-label={t("newDisk.title")}>
      <header className={styles.head}>
        <h1>{t("newDisk.title")}</h1>
        <p>{t("newDisk.subtitle")}</p>
      </header>
      <div className={styles.columns}>
        <div className={styles.column}>
          <Card title={t("newDisk.disk")}>
            <div className={styles.fields}>
              <BaseField />
              <FormatChoice />
              <SizeField />
            </div>
          </Card>
          <div className={styles.last}>
            <Place />
          </div>
        </div>
        <div className={styles.column}>
          <Card
            title={t("newDisk.space.title")}
            subtitle={t("newDisk.space.subtitle")}
            aside={
              <>
                <Explain topic="thin" />
                <Explain topic="thick" />
                {form.format === "qcow2" && <Explain topic="empty" />}
              </>
            }
          >
            <SpaceChoices />
            <Sizes />
          </Card>
          <Options />
        </div>
      </div>
      {form.failure !== undefined && (
        <Note tone="bad" role="alert" testId="new-disk-failed">
          <FailureText failure={form.failure} headline={t("newDisk.failed")} />
        </Note>
      )}
      {job !== undefined && (
        <div role="status">
          <Note testId="new-disk-making">{t("newDisk.making", { name: nameOf(job.target) })}</Note>
        </div>
      )}
      <div className={styles.buttons}>
        <Button variant="default" onClick={form.leave}>
          {t("newDisk.cancel")}
        </Button>
        <Button type="submit" disabled={!ready} loading={form.starting}>
          {t("newDisk.create")}
        </Button>
      </div>
    </form>
  );
}
