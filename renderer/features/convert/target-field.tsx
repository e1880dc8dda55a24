import { Button, Checkbox, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useConvert } from "../../state/convert";
import { obstacle } from "../../state/convert-form";
import { attempt } from "../../state/view";
import styles from "./convert.module.css";

/** Where the result goes; an existing file is replaced on an explicit yes only. */
export function TargetField() {
  const { t } = useTranslation();
  const form = useConvert();
  const { sources, targets, check, replace, setTarget, choose, browseTarget } = form;
  const target = targets[sources[0] ?? ""] ?? "";
  const problem = obstacle(form, true);
  const message =
    target === "" || problem === undefined || problem === "waiting" || problem === "source"
      ? undefined
      : t(`convert.obstacle.${problem}`);
  return (
    <div className={styles.field}>
      <div className={styles.place}>
        <TextInput
          className={styles.path}
          label={t("convert.place")}
          value={target}
          error={message}
          spellCheck={false}
          onChange={({ currentTarget }) => attempt(() => setTarget(currentTarget.value))}
        />
        <Button variant="default" h={36} onClick={() => attempt(browseTarget)}>
          {t("convert.browse")}
        </Button>
      </div>
      {check?.exists === true && !check.isSource && (
        <Checkbox
          className={styles.replace}
          size="xs"
          label={t("convert.replace")}
          checked={replace}
          onChange={({ currentTarget }) => choose({ replace: currentTarget.checked })}
        />
      )}
    </div>
  );
}
