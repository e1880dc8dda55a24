import { UnstyledButton } from "@mantine/core";
import { ArrowRightLeft, FolderPlus, ListPlus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { folderOf, nameOf } from "../../api/paths";
import { useDrop } from "../../state/drop";
import { attempt } from "../../state/view";
import { Dialog } from "../../ui/dialog";
import { Ellipsis } from "../../ui/ellipsis";
import styles from "./several-dialog.module.css";

/** Asks what to do with several images that were dropped at once. */
export function SeveralDialog() {
  const { t } = useTranslation();
  const waiting = useDrop((drop) => drop.waiting);
  const { addAll, convertAll, watchFolder, close } = useDrop.getState();
  const folders = new Set(waiting.map(folderOf));
  const [folder] = folders;
  const choices = [
    { choice: "add", Icon: ListPlus, act: addAll },
    { choice: "convertAll", Icon: ArrowRightLeft, act: convertAll },
    ...(folder !== undefined && folders.size === 1
      ? [{ choice: "watchFolder", Icon: FolderPlus, act: () => watchFolder(folder) } as const]
      : []),
  ] as const;
  return (
    <Dialog
      opened={waiting.length > 0}
      onClose={close}
      size={440}
      title={t("drop.several", { count: waiting.length })}
      closeLabel={t("drop.close")}
    >
      <ul className={styles.names}>
        {waiting.map((path) => (
          <li key={path}>
            <Ellipsis full={path}>{nameOf(path)}</Ellipsis>
          </li>
        ))}
      </ul>
      <p className={styles.question}>{t("drop.question")}</p>
      <div className={styles.choices}>
        {choices.map(({ choice, Icon, act }, nth) => (
          <UnstyledButton
            key={choice}
            className={styles.choice}
            data-autofocus={nth === 0 || undefined}
            onClick={() => attempt(act)}
          >
            <Icon size={18} aria-hidden />
            <strong>{t(`drop.${choice}`)}</strong>
            <small>{t(`drop.${choice}Text`, { folder: nameOf(folder ?? "") || folder })}</small>
          </UnstyledButton>
        ))}
      </div>
    </Dialog>
  );
}
