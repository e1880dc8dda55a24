import { Search } from "lucide-react";
import { useTranslation } from "react-i18next";
import { usePalette } from "../../state/palette";
import styles from "./top-bar.module.css";

const isMac = navigator.platform.startsWith("Mac");

/** Looks like a field, and opens the palette. */
export function PaletteField() {
  const { t } = useTranslation();
  const { open } = usePalette.getState();
  return (
    <button type="button" className={styles.find} aria-haspopup="dialog" onClick={open}>
      <Search size={14} aria-hidden />
      <span>{t("palette.label")}</span>
      <kbd>{t(isMac ? "palette.keysMac" : "palette.keys")}</kbd>
    </button>
  );
}
