import { Button } from "@mantine/core";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useImages } from "../../state/images";
import { attempt } from "../../state/view";
import { Card } from "../../ui/card";
import { Choices } from "./choices";
import { FolderList } from "./folder-list";
import { Kept } from "./kept";
import { Reset } from "./reset";
import styles from "./settings.module.css";

/** The page of everything that the user can choose, and of what Lamina remembers. */
export function Settings() {
  const { t } = useTranslation();
  const heading = useRef<HTMLHeadingElement>(null);
  // Whoever comes by the menu's key goes on from here.
  useEffect(() => heading.current?.focus(), []);
  return (
    <div className={styles.page} data-testid="settings">
      <header className={styles.head}>
        <h1 ref={heading} tabIndex={-1}>
          {t("settings.title")}
        </h1>
        <Button variant="default" onClick={() => attempt(useImages.getState().showAgain)}>
          {t("settings.done")}
        </Button>
      </header>
      <Card title={t("settings.look.title")}>
        <Choices />
      </Card>
      <FolderList kind="watched" />
      <FolderList kind="trusted" />
      <Card title={t("settings.kept.title")} subtitle={t("settings.kept.text")}>
        <Kept />
      </Card>
      <Card title={t("settings.reset.title")} subtitle={t("settings.reset.text")}>
        <Reset />
      </Card>
    </div>
  );
}
