import { Button } from "@mantine/core";
import { FileWarning, FileX } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Failure } from "../../../shared/model/report";
import { call } from "../../api/client";
import { nameOf } from "../../api/paths";
import { useImages } from "../../state/images";
import { unlock } from "../../state/unlock";
import { attempt } from "../../state/view";
import { failureWords } from "../../text/failure-text";
import { FactList } from "../../ui/fact-list";
import { Note } from "../../ui/note";
import { failureFacts } from "./failure-facts";
import styles from "./failure.module.css";

/** What keeps a file from being read as the image that it seems to be, and not from being read. */
const mayBeRaw: ReadonlySet<string> = new Set([
  "not-this-format",
  "truncated",
  "invalid-header",
  "invalid-table",
  "corrupt-data",
  "unsupported",
  "limit",
]);

interface FailurePageProps {
  path: string;
  failure: Failure;
  /** What can be done about it on the spot; tells the facts, too. */
  children?: ReactNode;
}

/** The page of an image that could not be read: what happened, where, and what to do. */
export function FailurePage({ path, failure, children }: FailurePageProps) {
  const { t } = useTranslation();
  const { inspect, relocate, remove } = useImages.getState();
  const name = nameOf(path);
  const missing = failure.code === "missing-file";
  const Icon = missing ? FileX : FileWarning;
  const words = failureWords(failure, t);
  const facts = failureFacts({ file: path, ...failure }, t);
  if (words.foreign)
    facts.push({ name: t("failure.detail"), value: <span lang="en">{words.detail}</span> });
  return (
    <section className={styles.failure} role="alert" data-testid="image-failure">
      <div className={styles.icon}>
        <Icon size={26} aria-hidden />
      </div>
      <p className={styles.name}>{t("failure.heading", { name })}</p>
      <h1>{words.headline}</h1>
      {!words.foreign && <p className={styles.message}>{words.detail}</p>}
      {children ?? (
        <div className={styles.facts}>
          <FactList facts={facts} />
        </div>
      )}
      {words.step !== undefined && children === undefined && (
        <Note>
          <strong>{t("failure.next")}</strong>
          <br />
          {words.step}
        </Note>
      )}
      <div className={styles.buttons}>
        <Button onClick={() => attempt(() => inspect(path))}>{t("failure.retry")}</Button>
        {mayBeRaw.has(failure.code) && (
          <Button variant="default" onClick={() => void unlock(path, { format: "raw" })}>
            {t("openAs.raw")}
          </Button>
        )}
        {missing && (
          <Button variant="default" onClick={() => attempt(() => relocate(path))}>
            {t("failure.relocate")}
          </Button>
        )}
        {!missing && (
          <Button
            variant="default"
            onClick={() => attempt(() => call("image.showInFolder", { path }))}
          >
            {t("image.showInFolder")}
          </Button>
        )}
        <Button variant="default" onClick={() => attempt(() => remove(path))}>
          {t("failure.remove")}
        </Button>
      </div>
    </section>
  );
}
