import { Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ImageChange } from "../../../shared/model/change";
import { useChange } from "../../state/change";
import { attempt } from "../../state/view";
import { exactSize, parseSize } from "../../text/parse-size";
import styles from "./change.module.css";

type Resize = Extract<ImageChange, { kind: "resize" }>;

const preallocations = ["off", "metadata", "falloc", "full"] as const;

/** The new virtual size, and how much of what is new takes space at once. */
export function ResizeFields({ change }: { change: Resize }) {
  const { t } = useTranslation();
  const [text, setText] = useState(exactSize(change.size));
  const view = useChange((state) => state.view);
  const shrinks = view.state === "ready" && view.outlook.undo === "impossible";
  const size = parseSize(text);
  const valid = size !== undefined && size % 512 === 0;
  const ask = (next: Partial<Resize>) =>
    attempt(() => useChange.getState().ask({ ...change, ...next }));
  const take = () => {
    if (valid && size !== change.size) ask({ size, preallocation: "off" });
  };
  return (
    <div className={styles.resize}>
      <TextInput
        label={t("change.resize.size")}
        labelProps={{ mb: 6 }}
        value={text}
        error={valid ? undefined : t("change.resize.invalid")}
        data-autofocus
        onChange={({ currentTarget }) => setText(currentTarget.value)}
        onBlur={take}
        onKeyDown={({ key }) => {
          if (key === "Enter") take();
        }}
      />
      <Select
        label={t("change.resize.preallocation")}
        labelProps={{ mb: 6 }}
        allowDeselect={false}
        disabled={shrinks}
        data={preallocations.map((value) => ({
          value,
          label: t(`change.preallocation.${value}`),
        }))}
        value={change.preallocation}
        onChange={(value) => {
          const preallocation = preallocations.find((each) => each === value);
          if (preallocation !== undefined) ask({ preallocation });
        }}
      />
    </div>
  );
}
