import { TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useImages } from "../../state/images";
import { useNewDisk } from "../../state/new-disk";
import { formatBytes, formatSize } from "../../text/format";
import { exactSize, parseSize } from "../../text/parse-size";
import styles from "./new-disk.module.css";

/** What the guest is promised, as it is typed. */
export function SizeField() {
  const { t } = useTranslation();
  const size = useNewDisk((form) => form.size);
  const base = useNewDisk((form) => form.base);
  const view = useImages(({ views }) => views[base ?? ""]);
  const [text, setText] = useState(size === undefined ? "" : exactSize(size));
  const { setSize } = useNewDisk.getState();
  // A base brings its own size.
  const typed = parseSize(text);
  const shown = size !== undefined && typed !== size ? exactSize(size) : text;
  const below = view?.state === "ready" ? (view.report.layers[0]?.virtualSize ?? 0) : 0;
  const wrong = size === undefined;
  const hint =
    size !== undefined && size < below
      ? t("newDisk.size.smaller", { size: formatSize(below) })
      : t("newDisk.size.exact", { bytes: formatBytes(size ?? 0) });
  return (
    <TextInput
      className={styles.size}
      classNames={{ label: styles.label }}
      label={t("newDisk.size.label")}
      placeholder={t("newDisk.size.hint")}
      value={shown}
      error={wrong ? t("newDisk.size.wrong") : undefined}
      description={wrong ? undefined : hint}
      inputWrapperOrder={["label", "input", "description", "error"]}
      onChange={({ currentTarget: { value } }) => {
        setText(value);
        setSize(parseSize(value));
      }}
    />
  );
}
