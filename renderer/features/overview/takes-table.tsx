import { VisuallyHidden } from "@mantine/core";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { MeasuredVariant } from "../../../shared/model/measure";
import { formatSize } from "../../text/format";
import { hasVariantName } from "../../text/i18n";
import { AboutMark } from "../../ui/about-mark";
import { Bytes } from "../../ui/bytes";
import { ShareBar } from "../../ui/share-bar";
import styles from "./overview.module.css";

/** One row a variant of a format, in the order of the registry. */
export function TakesTable({ variants }: { variants: readonly MeasuredVariant[] }) {
  const { t } = useTranslation();
  const scale = Math.max(...variants.map(({ allocated }) => allocated));
  return (
    <table className={styles.takes}>
      <thead>
        <tr>
          <th>{t("overview.takes.format")}</th>
          <th>{t("overview.takes.provisioning.title")}</th>
          <th data-right>{t("overview.takes.size")}</th>
          <th>
            <VisuallyHidden>{t("overview.takes.share")}</VisuallyHidden>
          </th>
        </tr>
      </thead>
      <tbody>
        {variants.map((measured) => (
          <Row key={measured.variant} measured={measured} scale={scale} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ measured, scale }: { measured: MeasuredVariant; scale: number }) {
  const { t } = useTranslation();
  const { variant, provisioning, fileLength, allocated, fullyAllocated, estimated } = measured;
  const name = variantName(measured, t);
  // Of its full length, and yet not all of it is taken: zeros are left out as holes.
  const withHoles = provisioning === "thick-sparse" && allocated < fileLength;
  const sizes = {
    allocated: formatSize(allocated),
    length: formatSize(fileLength),
    full: formatSize(fullyAllocated),
  };
  return (
    <tr data-testid="takes" data-variant={variant} data-length={fileLength}>
      <td>{name}</td>
      <td className={styles.dim}>{t(`overview.takes.provisioning.${provisioning}`)}</td>
      <td data-right>
        {estimated && <AboutMark estimated={estimated} />}
        <Bytes value={allocated} />
      </td>
      <td>
        <ShareBar
          text={t("overview.takes.bar", { name, ...sizes })}
          tone={provisioning === "thin" ? "data" : "promised"}
          value={allocated}
          beyond={withHoles ? fileLength : undefined}
          scale={scale}
        />
      </td>
    </tr>
  );
}

/** What people call a variant of a format. */
export function variantName({ variant, label }: MeasuredVariant, t: TFunction): string {
  return hasVariantName(variant) ? t(`overview.takes.name.${variant}`) : `${label}, ${variant}`;
}
