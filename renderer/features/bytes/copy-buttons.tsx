import { Button } from "@mantine/core";
import { Check, Copy } from "lucide-react";
import { useTranslation } from "react-i18next";
import { MOST_COPIED, readSelection, selectionOf, useBytes } from "../../state/bytes";
import { copyText } from "../../state/clipboard";
import { attempt } from "../../state/view";
import { bytesAsHex, bytesAsText } from "../../text/byte-text";
import { formatRoundSize } from "../../text/format";
import { useCopied } from "../../ui/use-copied";
import styles from "./bytes.module.css";

const forms = { hex: bytesAsHex, text: bytesAsText } as const;

/** Puts the selected bytes on the clipboard; does nothing for more than may be copied at once. */
export function copySelection(as: keyof typeof forms, done: () => void = () => undefined): void {
  if (selectionOf(useBytes.getState()).length > MOST_COPIED) return;
  attempt(async () => {
    const text = forms[as](await readSelection());
    if (text !== "") copyText(text, done);
  });
}

/** Copies what is selected, as hexadecimal digits or as text. */
export function CopyButtons() {
  const { t } = useTranslation();
  const tooMuch = useBytes((state) => selectionOf(state).length > MOST_COPIED);
  const empty = useBytes((state) => !state.size);
  return (
    <div className={styles.copies}>
      {tooMuch && (
        <span className={styles.dim}>
          {t("bytes.copy.tooMuch", { most: formatRoundSize(MOST_COPIED) })}
        </span>
      )}
      <CopyAs as="hex" disabled={tooMuch || empty} />
      <CopyAs as="text" disabled={tooMuch || empty} />
    </div>
  );
}

function CopyAs({ as, disabled }: { as: keyof typeof forms; disabled: boolean }) {
  const { t } = useTranslation();
  const [copied, done] = useCopied();
  const Icon = copied ? Check : Copy;
  return (
    <Button
      variant="default"
      size="xs"
      disabled={disabled}
      leftSection={<Icon size={13} aria-hidden />}
      onClick={() => copySelection(as, done)}
    >
      <span aria-live="polite">{t(copied ? "bytes.copy.done" : `bytes.copy.${as}`)}</span>
    </Button>
  );
}
