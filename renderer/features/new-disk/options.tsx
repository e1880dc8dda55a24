import { Collapse } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNewDisk } from "../../state/new-disk";
import { isSpaceOption } from "../../state/space-choices";
import { Card } from "../../ui/card";
import { hasChoice, OptionField } from "../../ui/option-field";
import { TextButton } from "../../ui/text-button";
import styles from "./new-disk.module.css";

/** Options that are shown at once; the others wait. */
const shownFirst = 2;

/** The options of the format, but for those that are drawn as its space. */
export function Options() {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const { formats, format, options, choose } = useNewDisk();
  const specs = formats.find(({ id }) => id === format)?.options ?? [];
  const offered = specs.filter((spec) => hasChoice(spec) && !isSpaceOption(spec));
  if (offered.length === 0) return null;
  const field = (spec: (typeof offered)[number]) => (
    <OptionField
      key={`${format} ${spec.name}`}
      spec={spec}
      values={options}
      choose={(name, value) => choose({ [name]: value })}
    />
  );
  return (
    <Card title={t("convert.options")}>
      <div className={styles.options}>
        {offered.slice(0, shownFirst).map(field)}
        {offered.length > shownFirst && (
          <>
            <TextButton expanded={all} onClick={() => setAll(!all)}>
              {t(all ? "convert.fewer" : "convert.more")}
            </TextButton>
            <Collapse expanded={all}>
              <div className={styles.more}>{offered.slice(shownFirst).map(field)}</div>
            </Collapse>
          </>
        )}
      </div>
    </Card>
  );
}
