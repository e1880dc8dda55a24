import { Button } from "@mantine/core";
import { FolderOpen, FilePlus2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useImages } from "../../state/images";
import { useNewDisk } from "../../state/new-disk";
import { attempt } from "../../state/view";
import { Mark } from "../../ui/mark";
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
      <span className={styles.space} />
      <ThemeMenu />
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
