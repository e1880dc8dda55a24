import { Collapse, Switch } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { OptionSpec, OptionValues } from "../../../shared/model/format";
import { useConvert } from "../../state/convert";
import { isOpen } from "../../state/open-options";
import { hasChoice, OptionField } from "../../ui/option-field";
import { TextButton } from "../../ui/text-button";
import styles from "./convert.module.css";
import { MoreFields } from "./more-fields";
import { SizeOutlook } from "./size-outlook";

/** Shown at once; every other option waits under "More options". */
const primary: ReadonlySet<string> = new Set([
  "preallocation",
  "cluster_size",
  "subformat",
  "static",
]);

/** The options of the chosen format, as its registry entry lists them. */
export function OptionFields() {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const options = useConvert((form) => form.options);
  const model = useConvert(({ formats, format }) => formats.find(({ id }) => id === format));
  const { setOption } = useConvert.getState();
  const specs = model?.options ?? [];
  const offered = specs.filter((spec) => hasChoice(spec) && isOpen(spec, specs, options));
  const first = offered.filter(({ name }) => primary.has(name));
  const others = offered.filter(({ name }) => !primary.has(name));
  return (
    <section className={styles.options} aria-label={t("convert.options")}>
      {first.map((spec) => (
        <OptionField key={spec.name} spec={spec} values={options} choose={setOption} />
      ))}
      {model?.compresses === true && <CompressSwitch />}
      <p className={styles.quiet}>{t(`convert.${spaceOf(specs, options)}`)}</p>
      <SizeOutlook />
      <TextButton expanded={all} onClick={() => setAll(!all)}>
        {t(all ? "convert.fewer" : "convert.more")}
      </TextButton>
      <Collapse expanded={all}>
        <div className={styles.more}>
          {others.map((spec) => (
            <OptionField key={spec.name} spec={spec} values={options} choose={setOption} />
          ))}
          <MoreFields />
        </div>
      </Collapse>
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
