import type { TFunction } from "i18next";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { useNewDisk } from "../../state/new-disk";
import { offeredSpaces } from "../../state/new-disk-form";
import { useNewDiskOutlook, type Measured } from "../../state/new-disk-outlook";
import { chosenSpace, type SpaceChoice } from "../../state/space-choices";
import { formatSize } from "../../text/format";
import { failureLine } from "../../text/failure-text";
import styles from "./choices.module.css";
import { SpaceBar } from "./space-bar";

/** The ways in which the format can give the disk its space, each drawn with what it takes. */
export function SpaceChoices() {
  const { t } = useTranslation();
  const group = useId();
  const form = useNewDisk();
  const measured = useNewDiskOutlook((outlook) => outlook.spaces);
  const specs = form.formats.find(({ id }) => id === form.format)?.options ?? [];
  const chosen = chosenSpace(specs, form.options)?.space;
  const offered = offeredSpaces(form);
  const scale = Math.max(
    form.size ?? 0,
    ...Object.values(measured).map((one) =>
      one.state === "ready" ? Math.max(one.size.allocated, one.size.fullyAllocated) : 0,
    ),
  );
  return (
    <fieldset className={styles.field}>
      <legend className={styles.hidden}>{t("newDisk.space.title")}</legend>
      <div className={styles.spaces}>
        {offered.map(({ space, options }, nth) => {
          const size = measured[space];
          const failure = failureOf(size, t);
          // What keeps several of them away is said once.
          const told =
            nth > 0 && failure === failureOf(measured[offered[nth - 1]?.space ?? "thin"], t);
          return (
            <label key={space} className={styles.choice} data-space={space}>
              <input
                type="radio"
                name={group}
                value={space}
                checked={space === chosen}
                disabled={size?.state === "failed" && space !== chosen}
                onChange={() => form.choose(options)}
              />
              <span className={styles.title}>
                <strong>{t(`newDisk.space.name.${space}`)}</strong>
                <code>{knobOf(options)}</code>
                {size?.state === "ready" && (
                  <span className={styles.now} data-bytes={size.size.allocated}>
                    {t("newDisk.space.now", { size: formatSize(size.size.allocated) })}
                  </span>
                )}
              </span>
              {failure === undefined && (
                <SpaceBar
                  space={space}
                  now={size?.state === "ready" ? size.size.allocated : 0}
                  scale={scale}
                  text={t("newDisk.space.bar", {
                    name: t(`newDisk.space.name.${space}`),
                    now: formatSize(size?.state === "ready" ? size.size.allocated : 0),
                    most: formatSize(scale),
                  })}
                />
              )}
              {failure === undefined && <small>{t(`newDisk.space.text.${space}`)}</small>}
              {failure !== undefined && !told && <small>{failure}</small>}
            </label>
          );
        })}
      </div>
      {chosen === undefined && <p className={styles.quiet}>{t("newDisk.space.asChosen")}</p>}
    </fieldset>
  );
}

/** Why the disk cannot be so. */
function failureOf(measured: Measured | undefined, t: TFunction): string | undefined {
  return measured?.state === "failed" ? failureLine(measured.failure, t) : undefined;
}

/** The option that asks for it, as qemu-img and Lamina's command line write it. */
function knobOf(options: SpaceChoice["options"]): string {
  return Object.entries(options)
    .map(
      ([name, value]) => `${name}=${typeof value === "boolean" ? (value ? "on" : "off") : value}`,
    )
    .join(",");
}
