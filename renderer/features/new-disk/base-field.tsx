import { Button, SegmentedControl, TextInput } from "@mantine/core";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { useImages, type ImageView } from "../../state/images";
import { useNewDisk } from "../../state/new-disk";
import { attempt } from "../../state/view";
import { formatSize } from "../../text/format";
import { failureLine } from "../../text/failure-text";
import { Explain } from "../../ui/explain/explain";
import segments from "../../ui/option-field.module.css";
import styles from "./new-disk.module.css";

/** Whether the disk stands on another image, and on which. */
export function BaseField() {
  const { t } = useTranslation();
  const base = useNewDisk((form) => form.base);
  const view = useImages(({ views }) => views[base ?? ""]);
  const { setBase, browseBase } = useNewDisk.getState();
  return (
    <div className={styles.base}>
      <SegmentedControl
        className={segments.segments}
        aria-label={t("newDisk.kind.label")}
        size="xs"
        data={[
          { value: "own", label: t("newDisk.kind.own") },
          { value: "overlay", label: t("newDisk.kind.overlay") },
        ]}
        value={base === undefined ? "own" : "overlay"}
        onChange={(value) => attempt(() => setBase(value === "own" ? undefined : ""))}
      />
      {base !== undefined && (
        <>
          <p className={styles.quiet}>{t("newDisk.overlayText")}</p>
          <div className={styles.notes}>
            <Explain topic="overlays" />
            <Explain topic="copyOnWrite" />
          </div>
          <div className={styles.line}>
            <TextInput
              className={styles.wide}
              classNames={{ label: styles.label }}
              label={t("newDisk.base.label")}
              placeholder={t("newDisk.base.placeholder")}
              value={base}
              spellCheck={false}
              description={factsOf(view, t)}
              inputWrapperOrder={["label", "input", "description", "error"]}
              error={base === "" ? undefined : problemOf(view, t)}
              onChange={({ currentTarget }) => attempt(() => setBase(currentTarget.value))}
            />
            <Button variant="default" h={36} onClick={() => attempt(browseBase)}>
              {t("newDisk.base.choose")}
            </Button>
          </div>
        </>
      )}
    </div>
  );
}

/** What the base is. */
function factsOf(view: ImageView | undefined, t: TFunction): string | undefined {
  if (view?.state === "loading") return t("newDisk.base.looking");
  const top = view?.state === "ready" ? view.report.layers[0] : undefined;
  if (top === undefined) return undefined;
  return t("newDisk.base.facts", { format: top.format, size: formatSize(top.virtualSize) });
}

/** Why it cannot be a base. */
function problemOf(view: ImageView | undefined, t: TFunction): string | undefined {
  if (view?.state === "failed") return failureLine(view.failure, t);
  if (view?.state !== "ready") return undefined;
  const { broken, layers } = view.report;
  if (layers[0]?.facts.wrapping !== undefined) return t("newDisk.base.packed");
  if (broken === undefined) return undefined;
  const message = failureLine(broken.failure, t);
  return t("newDisk.base.broken", { link: broken.name, message });
}
