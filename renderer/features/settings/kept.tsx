import { Button } from "@mantine/core";
import { FolderSearch } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../../api/client";
import { attempt } from "../../state/view";
import styles from "./settings.module.css";

/** The file that all of this is kept in. */
export function Kept() {
  const { t } = useTranslation();
  const [path, setPath] = useState<string>();
  useEffect(() => {
    attempt(async () => setPath((await call("settings.file")).path));
  }, []);
  return (
    <div className={styles.kept}>
      <span className={styles.path} data-testid="settings-file">
        {path}
      </span>
      <Button
        variant="default"
        leftSection={<FolderSearch size={15} aria-hidden />}
        onClick={() => attempt(() => call("settings.showFile"))}
      >
        {t("settings.kept.show")}
      </Button>
    </div>
  );
}
