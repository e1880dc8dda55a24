import type { KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { nameOf } from "../../api/paths";
import { useSettings } from "../../state/settings";
import { Ellipsis } from "../../ui/ellipsis";
import { groupByFolder } from "./groups";
import { ImageRow } from "./image-row";
import styles from "./library.module.css";

/** The side bar: the images opened before, by folder. */
export function Library() {
  const { t } = useTranslation();
  const recent = useSettings(({ settings }) => settings.recent);
  return (
    // The list inside is what takes the focus; this hears the arrow keys of its rows.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <nav className={styles.library} aria-label={t("library.title")} onKeyDown={moveFocus}>
      {recent.length === 0 && <p className={styles.empty}>{t("library.empty")}</p>}
      {groupByFolder(recent).map(({ folder, paths }) => (
        <section key={folder} aria-label={folder}>
          <h2 className={styles.folder}>
            <Ellipsis full={folder}>{nameOf(folder) || folder}</Ellipsis>
          </h2>
          <ul className={styles.rows}>
            {paths.map((path) => (
              <ImageRow key={path} path={path} />
            ))}
          </ul>
        </section>
      ))}
    </nav>
  );
}

/** Up and down go from row to row, over the folders' borders. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  const rows = Array.from(event.currentTarget.querySelectorAll<HTMLElement>("[data-row]"));
  const at = rows.findIndex((row) => row === document.activeElement);
  const next = rows[at + step];
  if (at < 0 || next === undefined) return;
  event.preventDefault();
  next.focus();
}
