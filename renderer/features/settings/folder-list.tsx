import { Button } from "@mantine/core";
import { Folder, FolderLock } from "lucide-react";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { useSettings } from "../../state/settings";
import { attempt } from "../../state/view";
import { Card } from "../../ui/card";
import styles from "./settings.module.css";

/** One of the lists of folders that Lamina remembers, each with a button that takes it off. */
export function FolderList({ kind }: { kind: "watched" | "trusted" }) {
  const { t } = useTranslation();
  const folders = useSettings(({ settings }) =>
    kind === "watched" ? settings.watchedFolders : settings.trustedFolders,
  );
  const whole = useRef<HTMLDivElement>(null);
  const Icon = kind === "watched" ? Folder : FolderLock;

  const remove = async (folder: string) => {
    const at = folders.indexOf(folder);
    await useSettings.getState().removeFolder(kind, folder);
    // The button that had the focus is gone: the next one takes it, or the list itself.
    const buttons = whole.current?.querySelectorAll("button") ?? [];
    (buttons[Math.min(at, buttons.length - 1)] ?? whole.current)?.focus();
  };
  return (
    <Card title={t(`settings.${kind}.title`)} subtitle={t(`settings.${kind}.text`)}>
      <div ref={whole} tabIndex={-1} className={styles.folders} data-testid={`${kind}-folders`}>
        {folders.length === 0 && <p className={styles.empty}>{t(`settings.${kind}.empty`)}</p>}
        <ul>
          {folders.map((folder) => (
            <li key={folder}>
              <Icon size={16} aria-hidden />
              <span className={styles.path}>{folder}</span>
              <Button
                size="xs"
                variant="default"
                aria-label={t("settings.removeFolder", { folder })}
                onClick={() => attempt(() => remove(folder))}
              >
                {t("settings.remove")}
              </Button>
            </li>
          ))}
        </ul>
      </div>
    </Card>
  );
}
