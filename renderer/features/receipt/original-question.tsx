import { Button, Loader } from "@mantine/core";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Original } from "../../../shared/model/original";
import type { Receipt } from "../../../shared/model/receipt";
import { nameOf } from "../../api/paths";
import { useReceipts, type OriginalView } from "../../state/receipts";
import { attempt } from "../../state/view";
import { userText } from "../../text/user-text";
import { Bytes } from "../../ui/bytes";
import { FactList } from "../../ui/fact-list";
import { FailureNote } from "../../ui/failure-note";
import { Note } from "../../ui/note";
import styles from "./receipt.module.css";

interface OriginalQuestionProps {
  receipt: Receipt;
  view: OriginalView;
}

/** Whether the original of a conversion goes to the trash: what is known of it, and the yes or no. */
export function OriginalQuestion({ receipt, view }: OriginalQuestionProps) {
  const { t } = useTranslation();
  const { close, leaveOriginal, trashOriginal } = useReceipts.getState();
  const back = useRef<HTMLButtonElement>(null);
  // What had the focus is gone; the way back has it, and nothing that changes anything.
  useEffect(() => back.current?.focus(), [view.state]);
  const may = view.state === "ready" && view.original.stays === undefined;
  return (
    <>
      <div className={styles.scroll} data-testid="original" data-state={view.state}>
        {(view.state === "looking" || view.state === "moving") && (
          <div className={styles.looking} role="status">
            <Loader size={14} />
            {t(`receipt.original.${view.state}`)}
          </div>
        )}
        {view.state === "failed" && <FailureNote failure={view.failure} />}
        {view.state === "trashed" && (
          <Note tone="ok" role="alert">
            {t("receipt.original.trashed", { name: nameOf(view.path) })}
          </Note>
        )}
        {view.state === "ready" && <Told receipt={receipt} original={view.original} />}
      </div>
      <div className={styles.buttons}>
        <span className={styles.space} />
        {view.state === "trashed" || view.state === "moving" ? (
          <Button ref={back} onClick={close}>
            {t("receipt.close")}
          </Button>
        ) : (
          <Button ref={back} variant="default" onClick={leaveOriginal}>
            {t(may ? "receipt.original.keep" : "receipt.original.back")}
          </Button>
        )}
        {may && <Button onClick={() => attempt(trashOriginal)}>{t("receipt.original.yes")}</Button>}
      </div>
    </>
  );
}

function Told({ receipt, original }: { receipt: Receipt; original: Original }) {
  const { t } = useTranslation();
  const { path, fileLength, stays, dependents, complete, users, snapshots } = original;
  const names = { name: nameOf(path), target: nameOf(receipt.target.path) };
  return (
    <>
      {stays === undefined ? (
        <p className={styles.text}>{t("receipt.original.text", names)}</p>
      ) : (
        <Note tone="warn" role="alert" testId="original-stays">
          {t(`receipt.original.stays.${stays}`, names)}
        </Note>
      )}
      {snapshots > 0 && stays === undefined && (
        <Note tone="warn">{t("receipt.original.snapshots", { count: snapshots })}</Note>
      )}
      <FactList
        facts={[
          { name: t("receipt.original.file"), value: path },
          ...(fileLength === undefined
            ? []
            : [{ name: t("receipt.facts.length"), value: <Bytes value={fileLength} /> }]),
          ...(stays === undefined || stays === "dependents" || stays === "held"
            ? [
                {
                  name: t("change.slab.dependents"),
                  value: dependents.map(nameOf).join(", ") || t("change.slab.nobody"),
                  testId: "original-dependents",
                },
                {
                  name: t("receipt.original.users"),
                  value:
                    users.map((user) => userText(user, t)).join(" ") ||
                    t("receipt.original.nobody"),
                  testId: "original-users",
                },
              ]
            : []),
        ]}
      />
      {!complete && <p className={styles.quiet}>{t("change.slab.incomplete")}</p>}
    </>
  );
}
