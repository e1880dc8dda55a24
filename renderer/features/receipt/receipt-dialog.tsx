import { Button } from "@mantine/core";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { Receipt } from "../../../shared/model/receipt";
import { unproved } from "../../../shared/model/unproved";
import { call } from "../../api/client";
import { nameOf } from "../../api/paths";
import { copyText } from "../../state/clipboard";
import { useReceipts } from "../../state/receipts";
import { attempt } from "../../state/view";
import { formatSize } from "../../text/format";
import { Dialog } from "../../ui/dialog";
import { CodeBlock } from "../../ui/code-block";
import { FactList } from "../../ui/fact-list";
import { Note } from "../../ui/note";
import { OriginalQuestion } from "./original-question";
import { receiptFacts } from "./receipt-facts";
import styles from "./receipt.module.css";
import { SalvagedRanges } from "./salvaged-ranges";
import { vmLines } from "./vm-lines";

/** All that was kept of one conversion, and what a machine's definition needs of it. */
export function ReceiptDialog() {
  const { t } = useTranslation();
  const receipt = useReceipts((receipts) => receipts.shown);
  const original = useReceipts((receipts) => receipts.original);
  const { close, remove, askOriginal } = useReceipts.getState();
  return (
    <Dialog
      opened={receipt !== undefined}
      onClose={close}
      size={720}
      title={receipt && titleOf(receipt, original !== undefined, t)}
      closeLabel={t("receipt.close")}
      scrolls="needed"
    >
      {receipt && original && <OriginalQuestion receipt={receipt} view={original} />}
      {receipt && !original && (
        <>
          <div className={styles.scroll} tabIndex={-1} data-autofocus>
            <Facts receipt={receipt} />
          </div>
          <div className={styles.buttons}>
            <Button variant="subtle" color="gray" onClick={() => attempt(remove)}>
              {t("receipt.remove")}
            </Button>
            {unproved(receipt) === undefined && (
              <Button variant="subtle" color="gray" onClick={() => attempt(askOriginal)}>
                {t("receipt.original.ask")}
              </Button>
            )}
            <span className={styles.space} />
            <Button
              variant="default"
              onClick={() =>
                attempt(() => call("image.showInFolder", { path: receipt.target.path }))
              }
            >
              {t("jobs.showInFolder")}
            </Button>
            <Button onClick={close}>{t("receipt.close")}</Button>
          </div>
        </>
      )}
    </Dialog>
  );
}

function titleOf({ sources, target }: Receipt, original: boolean, t: TFunction): string {
  const [first] = sources;
  return original && first !== undefined
    ? t("receipt.original.title", { name: nameOf(first.path) })
    : t("receipt.title", { name: nameOf(target.path) });
}

function Facts({ receipt }: { receipt: Receipt }) {
  const { t } = useTranslation();
  const { verification, salvaged, sourceChanged, target, options, command } = receipt;
  const lost = salvaged?.bytes ?? 0;
  return (
    <>
      <Note tone={verification && lost === 0 ? "ok" : "warn"} testId="receipt-verified">
        {verification
          ? t(lost === 0 ? "receipt.same" : "receipt.sameSalvaged", {
              size: formatSize(verification.size),
              lost: formatSize(lost),
            })
          : t("receipt.unverified")}
      </Note>
      {verification && (
        <CodeBlock
          label={t("receipt.sha256")}
          text={verification.sha256}
          testId="receipt-sha256"
          copy={copyText}
        />
      )}
      {sourceChanged && (
        <Note tone="warn" testId="receipt-source-changed">
          {t("receipt.sourceChanged", { files: sourceChanged.map(nameOf).join(", ") })}
        </Note>
      )}
      {salvaged && salvaged.bytes > 0 && <SalvagedRanges salvaged={salvaged} />}
      <FactList facts={receiptFacts(receipt, t)} />
      <h3 className={styles.heading}>{t("receipt.machine.title")}</h3>
      <p className={styles.quiet}>{t("receipt.machine.text")}</p>
      {vmLines(target.path, target.format, options).map(({ system, text }) => (
        <CodeBlock
          key={system}
          label={t(`receipt.machine.${system}`)}
          text={text}
          testId={`vm-${system}`}
          copy={copyText}
        />
      ))}
      <CodeBlock label={t("jobs.command")} text={command} copy={copyText} />
    </>
  );
}
