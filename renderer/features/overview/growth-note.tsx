import { useTranslation } from "react-i18next";
import type { ImageReport } from "../../../shared/model/report";
import { formatSize } from "../../text/format";
import { Note } from "../../ui/note";
import { growthOf } from "./sizes";

/** One plain sentence: can this disk grow to what it promised? Nothing where that cannot be told. */
export function GrowthNote({ report }: { report: ImageReport }) {
  const { t } = useTranslation();
  const growth = growthOf(report);
  switch (growth.kind) {
    case "unreadable":
      return null;
    case "medium":
    case "full":
    case "shared":
      return <Note testId="growth">{t(`overview.growth.${growth.kind}`)}</Note>;
    case "unknown":
      return (
        <Note testId="growth">
          {t("overview.growth.unknown", { left: formatSize(growth.left) })}
        </Note>
      );
    case "fits":
    case "does-not-fit": {
      const sizes = { left: formatSize(growth.left), free: formatSize(growth.free) };
      const fits = growth.kind === "fits";
      return (
        <Note testId="growth" tone={fits ? "info" : "warn"}>
          {t(fits ? "overview.growth.fits" : "overview.growth.doesNotFit", sizes)}
        </Note>
      );
    }
  }
}
