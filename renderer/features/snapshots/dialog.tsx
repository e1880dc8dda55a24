import { Button, Checkbox, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { useAttempt } from "../../api/use-attempt";
import { useSnapshots } from "../../state/snapshots";
import { formatSize } from "../../text/format";
import { Dialog } from "../../ui/dialog";
import { FailureNote } from "../../ui/failure-note";
import { Note } from "../../ui/note";
import styles from "./snapshots.module.css";

/** What is asked before a change. */
export type Question =
  | { readonly kind: "take" }
  | { readonly kind: "rename"; readonly index: number; readonly name: string }
  | { readonly kind: "delete"; readonly snapshots: readonly { index: number; name: string }[] }
  | {
      readonly kind: "goBack";
      readonly index: number;
      readonly name: string;
      /** What no snapshot keeps of the disk as it is now, in bytes. */
      readonly lost: number;
    };

/** Asks what a change needs to know, and says first what it does. */
export function SnapshotDialog({ question, close }: { question: Question; close: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState(question.kind === "rename" ? question.name : "");
  const [keep, setKeep] = useState(question.kind === "goBack" && question.lost > 0);
  const { busy, failure, run } = useAttempt(close);
  const { take, goBack, rename, remove } = useSnapshots.getState();
  const keeps = question.kind === "goBack" && keep;
  const named = question.kind === "take" || question.kind === "rename" || keeps;
  const ready = !named || name.trim() !== "";

  const make = (): Promise<void> => {
    switch (question.kind) {
      case "take":
        return take(name.trim());
      case "rename":
        return rename(question.index, name.trim());
      case "delete":
        return remove(question.snapshots.map(({ index }) => index));
      case "goBack":
        return goBack(question.index, keep ? name.trim() : undefined);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready) void run(make);
  };
  return (
    <Dialog
      onClose={close}
      title={t(`snapshots.ask.${question.kind}`)}
      closeLabel={t("snapshots.ask.close")}
    >
      <form className={styles.form} onSubmit={submit} noValidate>
        <Consequence question={question} keeps={keeps} />
        {question.kind === "goBack" && (
          <Checkbox
            label={t("snapshots.ask.keep")}
            checked={keep}
            onChange={({ currentTarget }) => setKeep(currentTarget.checked)}
          />
        )}
        {named && (
          <TextInput
            label={t("snapshots.ask.name")}
            value={name}
            maxLength={255}
            data-autofocus
            onChange={({ currentTarget }) => setName(currentTarget.value)}
          />
        )}
        <FailureNote failure={failure} />
        <div className={styles.formButtons}>
          <Button variant="default" onClick={close}>
            {t("snapshots.ask.cancel")}
          </Button>
          <Button
            type="submit"
            disabled={!ready}
            loading={busy}
            {...(destroys(question, keeps) && { color: "var(--bad)" })}
          >
            {t(`snapshots.ask.${question.kind}Yes`)}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Whether something is gone afterwards. */
function destroys(question: Question, keeps: boolean): boolean {
  return question.kind === "delete" || (question.kind === "goBack" && question.lost > 0 && !keeps);
}

/** What the change does, in a sentence. */
function Consequence({ question, keeps }: { question: Question; keeps: boolean }) {
  const { t } = useTranslation();
  const freed = useSnapshots((state) => state.freed);
  const { view, selected } = useSnapshots.getState();
  switch (question.kind) {
    case "take":
      return <p>{t("snapshots.ask.takeText")}</p>;
    case "rename":
      return null;
    case "delete": {
      const [only] = selected;
      const single =
        view.state === "ready" && selected.length === 1 && only !== undefined
          ? view.tree.nodes[only]?.exclusiveBytes
          : freed;
      const count = question.snapshots.length;
      return (
        <>
          <ul className={styles.names}>
            {question.snapshots.map(({ index, name }) => (
              <li key={index}>{name}</li>
            ))}
          </ul>
          <Note tone="warn">
            {single === undefined
              ? t("snapshots.ask.deleteText", { count })
              : t("snapshots.ask.deleteFreed", { count, size: formatSize(Math.max(0, single)) })}
          </Note>
        </>
      );
    }
    case "goBack":
      return keeps || question.lost === 0 ? (
        <p>
          {t(keeps ? "snapshots.ask.goBackKept" : "snapshots.ask.goBackFree", {
            name: question.name,
          })}
        </p>
      ) : (
        <Note tone="bad">
          {t("snapshots.ask.goBackLost", {
            name: question.name,
            size: formatSize(question.lost),
          })}
        </Note>
      );
  }
}
