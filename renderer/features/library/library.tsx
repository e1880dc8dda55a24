import { Button } from "@mantine/core";
import { FolderPlus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useFirstPicture } from "../../state/first-picture";
import { useLibrary } from "../../state/library";
import { useSettings } from "../../state/settings";
import { attempt } from "../../state/view";
import styles from "./library.module.css";
import { libraryRows } from "./rows";
import { LibraryTree } from "./tree";
import { useFolded } from "./use-folded";

/** The side bar: the watched folders with their images, and the images opened besides. */
export function Library() {
  const { t } = useTranslation();
  const recent = useSettings(({ settings }) => settings.recent);
  const watchedFolders = useSettings(({ settings }) => settings.watchedFolders);
  const folders = useLibrary((library) => library.folders);
  const { watch } = useLibrary.getState();
  const { folded, fold } = useFolded();
  const drawn = useFirstPicture();
  const rows = libraryRows({ watchedFolders, folders, recent, folded });
  return (
    <nav className={styles.library} aria-label={t("library.title")}>
      {rows.length === 0 ? (
        <p className={styles.empty}>{t("library.empty")}</p>
      ) : (
        // The page comes first: to bring a row into sight, everything has to be laid out.
        drawn && <LibraryTree rows={rows} fold={fold} />
      )}
      <div className={styles.foot}>
        <Button
          className={styles.watch}
          variant="subtle"
          color="gray"
          size="compact-sm"
          fullWidth
          justify="start"
          leftSection={<FolderPlus size={14} aria-hidden />}
          onClick={() => attempt(() => watch())}
        >
          {t("library.watch")}
        </Button>
      </div>
    </nav>
  );
}
