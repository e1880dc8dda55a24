import { useTranslation } from "react-i18next";
import { useImages } from "../../state/images";
import { useNewDisk } from "../../state/new-disk";
import { isWhole } from "../../state/new-disk-form";
import { useNewDiskOutlook } from "../../state/new-disk-outlook";
import { Bytes } from "../../ui/bytes";
import { FailureText } from "../../ui/failure-text";
import { FactList } from "../../ui/fact-list";
import { Note } from "../../ui/note";
import styles from "./new-disk.module.css";

/** What the disk takes as it is chosen, or why there can be none. */
export function Sizes() {
  const { t } = useTranslation();
  const chosen = useNewDiskOutlook((outlook) => outlook.chosen);
  const base = useNewDisk((form) => form.base);
  const view = useImages(({ views }) => views[base ?? ""]);
  // Its own field says what is wrong with the base.
  if (chosen === undefined || (base !== undefined && !isWhole(view))) return null;
  if (chosen.state === "failed")
    return (
      <div className={styles.sizes}>
        <Note tone="warn" role="alert" testId="new-disk-impossible">
          <FailureText failure={chosen.failure} headline={t("newDisk.sizes.failed")} />
        </Note>
      </div>
    );
  const { allocated, fullyAllocated, fileLength } = chosen.size;
  return (
    <div className={styles.sizes}>
      <FactList
        facts={[
          {
            name: t("newDisk.sizes.now"),
            value: <Bytes value={allocated} testId="new-disk-now" />,
          },
          {
            name: t("newDisk.sizes.most"),
            value: <Bytes value={Math.max(allocated, fullyAllocated)} testId="new-disk-most" />,
          },
          {
            name: t("newDisk.sizes.length"),
            value: <Bytes value={fileLength} testId="new-disk-length" />,
          },
        ]}
      />
    </div>
  );
}
