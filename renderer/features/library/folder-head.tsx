import { ActionIcon } from "@mantine/core";
import { ChevronRight, EyeOff } from "lucide-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { WatchedFolder } from "../../../shared/model/watched-folder";
import { nameOf } from "../../api/paths";
import { useLibrary } from "../../state/library";
import { attempt } from "../../state/view";
import { failureLine } from "../../text/failure-text";
import { sentences } from "../../text/sentence";
import { Ellipsis } from "../../ui/ellipsis";
import { TextButton } from "../../ui/text-button";
import { Gauge } from "./gauge";
import styles from "./library.module.css";
import { useOvercommitText } from "./overcommit-text";
import type { FolderRow } from "./rows";

interface FolderHeadProps {
  id: string;
  row: FolderRow;
  active: boolean;
  /** Whether the arrow keys have led to it. */
  told: boolean;
  onChoose: (row: FolderRow) => void;
  onRemove: (row: FolderRow) => void;
}

/** The head of a folder: its name and, for a watched one, how far it is overcommitted. */
export const FolderHead = memo(function FolderHead(props: FolderHeadProps) {
  const { id, row, active, told, onChoose, onRemove } = props;
  const { t } = useTranslation();
  const { path, watched, expanded, overcommit } = row;
  const name = nameOf(path) || path;
  const note = useFolderNote(watched);
  const gauge = useOvercommitText(overcommit);
  return (
    // The tree hears the keys.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
    <div
      id={id}
      className={styles.folder}
      role="treeitem"
      aria-label={sentences(name, note?.text, gauge?.sentence)}
      aria-level={1}
      aria-posinset={row.position}
      aria-setsize={row.count}
      aria-expanded={expanded}
      aria-selected={false}
      data-active={active || undefined}
      data-testid={watched ? "watched-folder" : "recent-folder"}
      data-path={path}
      onClick={() => onChoose(row)}
    >
      <ChevronRight className={styles.chevron} size={13} aria-hidden />
      <strong>
        <Ellipsis full={path}>{name}</Ellipsis>
      </strong>
      {watched && note?.bad !== true && (
        <ActionIcon
          className={styles.unwatch}
          variant="subtle"
          color="gray"
          size={20}
          tabIndex={active ? 0 : -1}
          aria-label={t("library.unwatch", { name })}
          title={t("library.unwatch", { name })}
          onClick={(event) => {
            event.stopPropagation();
            onRemove(row);
          }}
        >
          <EyeOff size={13} aria-hidden />
        </ActionIcon>
      )}
      {note && (
        <small className={styles.note} data-bad={note.bad || undefined}>
          {note.text}
        </small>
      )}
      {watched && note?.bad && (
        <Mends path={path} missing={watched.state === "missing"} {...props} />
      )}
      {overcommit && gauge && <Gauge overcommit={overcommit} text={gauge} told={told} />}
    </div>
  );
});

/** What can be done about a folder that is not there, or cannot be read. */
function Mends(props: FolderHeadProps & { path: string; missing: boolean }) {
  const { path, missing, active, row, onRemove } = props;
  const { t } = useTranslation();
  const { look, relocate } = useLibrary.getState();
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the buttons in it hear the keys
    <div
      className={styles.mends}
      role="presentation"
      onClick={(event) => {
        event.stopPropagation();
        // What was pressed goes.
        event.currentTarget.closest<HTMLElement>('[role="tree"]')?.focus();
      }}
    >
      <TextButton outOfTabs={!active} onClick={() => attempt(() => look(path))}>
        {t("library.lookAgain")}
      </TextButton>
      {missing && (
        <TextButton outOfTabs={!active} onClick={() => attempt(() => relocate(path))}>
          {t("library.relocate")}
        </TextButton>
      )}
      <TextButton outOfTabs={!active} onClick={() => onRemove(row)}>
        {t("library.removeFolder")}
      </TextButton>
    </div>
  );
}

/** What there is to say of a folder besides its images. */
function useFolderNote(
  watched: WatchedFolder | undefined,
): { readonly text: string; readonly bad: boolean } | undefined {
  const { t } = useTranslation();
  if (watched === undefined) return undefined;
  const { state, images, more, failure } = watched;
  if (state === "looking") return { text: t("library.looking"), bad: false };
  if (state === "missing") return { text: t("library.folderMissing"), bad: true };
  if (state === "failed")
    return { text: failure ? failureLine(failure, t) : t("library.folderFailed"), bad: true };
  if (more) return { text: t("library.more"), bad: false };
  return images.length === 0 ? { text: t("library.noImages"), bad: false } : undefined;
}
