import { Button } from "@mantine/core";
import { FolderOpen } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useImages } from "../../state/images";
import { attempt } from "../../state/view";
import { Mark } from "../../ui/mark";
import { PaletteField } from "./palette-field";
import { ThemeMenu } from "./theme-menu";
import styles from "./top-bar.module.css";

/** The bar at the top: the sign, and what is always at hand. */
export function TopBar() {
  const { t } = useTranslation();
  const { browse } = useImages.getState();
  return (
    <header className={styles.bar}>
      <Mark />
      <span className={styles.name}>{t("app.name")}</span>
      <PaletteField />
      <ThemeMenu />
      <Button
        variant="default"
        h={30}
        leftSection={<FolderOpen size={15} aria-hidden />}
        onClick={() => attempt(browse)}
      >
        {t("app.open")}
      </Button>
    </header>
  );
}
