import { Button, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { goTo, useBytes, whenSized } from "../../state/bytes";
import { formatBytes } from "../../text/format";
import { parseOffset } from "../../text/parse-offset";
import styles from "./bytes.module.css";

/** The field for an offset; `hex-view` gives it the focus on Ctrl+G. */
export function GoTo() {
  const { t } = useTranslation();
  const size = useBytes((state) => state.size);
  const [text, setText] = useState("");
  const [wrong, setWrong] = useState(false);

  return (
    <form
      className={styles.field}
      onSubmit={(event) => {
        event.preventDefault();
        whenSized((bytes) => {
          const at = parseOffset(text, bytes, useBytes.getState().caret);
          setWrong(at === undefined);
          if (at !== undefined) goTo(at);
        });
      }}
    >
      <TextInput
        size="xs"
        id="bytes-go-to"
        className={styles.grow}
        aria-label={t("bytes.goTo.label")}
        placeholder={t("bytes.goTo.placeholder")}
        value={text}
        error={wrong && t("bytes.goTo.wrong", { size: formatBytes(size ?? 0) })}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setWrong(false);
        }}
      />
      <Button size="xs" variant="default" type="submit">
        {t("bytes.goTo.do")}
      </Button>
    </form>
  );
}
