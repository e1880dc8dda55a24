import { ActionIcon, Button } from "@mantine/core";
import { FilePlus2, FolderOpen, Settings as SettingsIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useImages } from "../../state/images";
import { useNewDisk } from "../../state/new-disk";
import { attempt, useView } from "../../state/view";
import { Mark } from "../../ui/mark";
import { PaletteField } from "./palette-field";
import { ThemeMenu } from "./theme-menu";
import styles from "./top-bar.module.css";

/** The bar at the top: the sign, and what is always at hand. */
export function TopBar() {
  const { t } = useTranslation();
  const { browse, showAgain } = useImages.getState();
  const page = useView((view) => view.page);
  const showPage = useView((view) => view.showPage);
  return (
    <header className={styles.bar}>
      <Mark />
      <span className={styles.name}>{t("app.name")}</span>
      <PaletteField />
      <ThemeMenu />
      <ActionIcon
        variant={page === "settings" ? "light" : "subtle"}
        color="gray"
        size={30}
        aria-label={t("app.settings")}
        aria-pressed={page === "settings"}
        onClick={() => (page === "settings" ? attempt(showAgain) : showPage("settings"))}
      >
        <SettingsIcon size={16} aria-hidden />
      </ActionIcon>
      <Button
        variant="default"
        h={30}
        leftSection={<FolderOpen size={15} aria-hidden />}
        onClick={() => attempt(browse)}
      >
        {t("app.open")}
      </Button>
      <Button
        variant="default"
        h={30}
        leftSection={<FilePlus2 size={15} aria-hidden />}
        onClick={() => attempt(() => useNewDisk.getState().begin())}
      >
        {t("newDisk.button")}
      </Button>
    </header>
  );
}
