import { Collapse, Switch } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { OptionSpec, OptionValues } from "../../../shared/model/format";
import { useConvert } from "../../state/convert";
import { isOpen } from "../../state/open-options";
import { hasChoice, OptionField } from "../../ui/option-field";
import { TextButton } from "../../ui/text-button";
import styles from "./convert.module.css";
import { MoreFields } from "./more-fields";
import { OptionSummary } from "./option-summary";
import { SizeOutlook } from "./size-outlook";

/** All that can be chosen besides format and place, folded: one line says what is set. */
export function OptionFields() {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const section = useRef<HTMLElement>(null);
  // What unfolds would lie below what is seen; it is there at once, so that it can be brought into sight.
  useEffect(() => {
    if (all) section.current?.scrollIntoView({ block: "start" });
  }, [all]);
  const options = useConvert((form) => form.options);
  const model = useConvert(({ formats, format }) => formats.find(({ id }) => id === format));
  const { setOption } = useConvert.getState();
  const specs = model?.options ?? [];
  const offered = specs.filter((spec) => hasChoice(spec) && isOpen(spec, specs, options));
  return (
    <section ref={section} className={styles.options} aria-label={t("convert.options")}>
      <div className={styles.optionsHead}>
        <h3 className={styles.label}>{t("convert.options")}</h3>
        <OptionSummary />
        <TextButton expanded={all} onClick={() => setAll(!all)}>
          {t(all ? "convert.fewer" : "convert.more")}
        </TextButton>
      </div>
      <Collapse expanded={all} transitionDuration={0}>
        <div className={styles.more}>
          {offered.map((spec) => (
            <OptionField key={spec.name} spec={spec} values={options} choose={setOption} />
          ))}
          {model?.compresses === true && <CompressSwitch />}
          <MoreFields />
        </div>
      </Collapse>
    </section>
  );
}

/** What the chosen options take of the host's space. */
export function SpaceOutlook() {
  const { t } = useTranslation();
  const options = useConvert((form) => form.options);
  const model = useConvert(({ formats, format }) => formats.find(({ id }) => id === format));
  return (
    <section className={styles.space} aria-label={t("convert.option.preallocation.label")}>
      <SizeOutlook />
      <p className={styles.quiet}>{t(`convert.${spaceOf(model?.options ?? [], options)}`)}</p>
    </section>
  );
}

/** Whether the data is stored compressed. */
function CompressSwitch() {
  const { t } = useTranslation();
  const compress = useConvert((form) => form.compress);
  const { choose } = useConvert.getState();
  return (
    <Switch
      size="sm"
      label={t("convert.compress.label")}
      description={t("convert.compress.hint")}
      checked={compress}
      onChange={({ currentTarget }) => choose({ compress: currentTarget.checked })}
    />
  );
}

/** What the options make of the space: taken as it is written, all at once, or promised by the length alone. */
function spaceOf(specs: readonly OptionSpec[], options: OptionValues): "thin" | "thick" | "fixed" {
  const valueOf = (option: string) =>
    options[option] ?? specs.find(({ name }) => name === option)?.default;
  const preallocation = valueOf("preallocation");
  if (preallocation === "falloc" || preallocation === "full") return "thick";
  const isFlat = String(valueOf("subformat")).endsWith("Flat");
  return isFlat || valueOf("subformat") === "fixed" || valueOf("static") === true
    ? "fixed"
    : "thin";
}
