import { Button, SegmentedControl, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { MOST_SOUGHT } from "../../../shared/model/byte-limits";
import { useBytes, type Finding } from "../../state/bytes";
import { attempt } from "../../state/view";
import { parseHex } from "../../text/byte-text";
import { formatOffset, formatProgress } from "../../text/format";
import { failureLine } from "../../text/failure-text";
import { ProgressBar } from "../../ui/progress-bar";
import { TextButton } from "../../ui/text-button";
import styles from "./bytes.module.css";

type As = "text" | "hex";

/** Looks for text or bytes from the caret on. */
export function FindBar() {
  const { t } = useTranslation();
  const finding = useBytes((state) => state.finding);
  const size = useBytes((state) => state.size);
  const { find, stopFinding } = useBytes.getState();
  const [as, setAs] = useState<As>("text");
  const [text, setText] = useState("");
  const [wrong, setWrong] = useState(false);

  const look = (fromStart: boolean) => {
    const needle = as === "text" ? new TextEncoder().encode(text) : parseHex(text);
    const fits = needle !== undefined && needle.length > 0 && needle.length <= MOST_SOUGHT;
    setWrong(!fits);
    if (!fits) return;
    const { caret, finding: last } = useBytes.getState();
    // What was found stays found until the caret has moved.
    const onMatch = last.state === "found" && last.at === caret;
    void find(needle, fromStart ? 0 : caret + (onMatch ? 1 : 0));
  };

  return (
    <div className={styles.bar}>
      <form
        className={styles.field}
        onSubmit={(event) => {
          event.preventDefault();
          look(false);
        }}
      >
        <SegmentedControl
          size="xs"
          aria-label={t("bytes.find.as")}
          value={as}
          onChange={(value) => {
            setAs(value);
            setWrong(false);
          }}
          data={[
            { value: "text", label: t("bytes.find.text") },
            { value: "hex", label: t("bytes.find.hex") },
          ]}
        />
        <TextInput
          size="xs"
          id="bytes-find"
          className={styles.grow}
          aria-label={t("bytes.find.label")}
          placeholder={t(`bytes.find.placeholder.${as}`)}
          value={text}
          error={wrong && t(`bytes.find.wrong.${as}`, { most: MOST_SOUGHT })}
          onChange={(event) => {
            setText(event.currentTarget.value);
            setWrong(false);
          }}
        />
        {finding.state === "finding" ? (
          <Button size="xs" variant="default" onClick={() => attempt(stopFinding)}>
            {t("bytes.find.stop")}
          </Button>
        ) : (
          <Button size="xs" variant="default" type="submit" disabled={size === 0}>
            {t("bytes.find.do")}
          </Button>
        )}
      </form>
      <Outcome finding={finding} fromStart={() => look(true)} />
    </div>
  );
}

function Outcome({ finding, fromStart }: { finding: Finding; fromStart: () => void }) {
  const { t } = useTranslation();
  if (finding.state === "finding") {
    const text = t("bytes.find.progress", formatProgress(finding.done, finding.total));
    return (
      <div className={styles.progress}>
        <ProgressBar
          label={t("bytes.find.label")}
          text={text}
          done={finding.done}
          total={finding.total}
        />
        <span>{text}</span>
      </div>
    );
  }
  return (
    <div className={styles.outcome} role="status" data-testid="find-outcome">
      {finding.state === "found" && t("bytes.find.found", { at: formatOffset(finding.at) })}
      {finding.state === "missing" && (
        <>
          {t("bytes.find.missing", { from: formatOffset(finding.from) })}{" "}
          {finding.from > 0 && (
            <TextButton onClick={fromStart}>{t("bytes.find.fromStart")}</TextButton>
          )}
        </>
      )}
      {finding.state === "failed" && failureLine(finding.failure, t)}
    </div>
  );
}
