import { Button, Checkbox, TextInput } from "@mantine/core";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import styles from "./place-field.module.css";

interface PlaceFieldProps {
  /** An absolute path, as far as it is typed. */
  value: string;
  /** What is wrong with it, in words. */
  error: string | undefined;
  /** Whether another file has the name, which the user may give up. */
  taken: boolean;
  replace: boolean;
  change: (path: string) => void;
  browse: () => void;
  setReplace: (replace: boolean) => void;
}

/** Where a new image goes; an existing file is replaced on an explicit yes only. */
export function PlaceField(props: PlaceFieldProps) {
  const { t } = useTranslation();
  const { value, error, taken, replace, change, browse, setReplace } = props;
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // Of a long path the name is at the end.
    const field = input.current;
    if (field !== null && field !== document.activeElement) field.scrollLeft = field.scrollWidth;
  }, [value]);
  return (
    <div className={styles.field}>
      <div className={styles.place}>
        <TextInput
          ref={input}
          className={styles.path}
          label={t("convert.place")}
          value={value}
          error={error}
          spellCheck={false}
          onChange={({ currentTarget }) => change(currentTarget.value)}
        />
        <Button variant="default" h={36} onClick={browse}>
          {t("convert.browse")}
        </Button>
      </div>
      {taken && (
        <Checkbox
          className={styles.replace}
          size="xs"
          label={t("convert.replace")}
          checked={replace}
          onChange={({ currentTarget }) => setReplace(currentTarget.checked)}
        />
      )}
    </div>
  );
}
