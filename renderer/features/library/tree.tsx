import { useVirtualizer } from "@tanstack/react-virtual";
import {
  useCallback,
  useEffect,
  useEffectEvent,
  useId,
  useRef,
  useState,
  type KeyboardEvent,
} from "react";
import { useTranslation } from "react-i18next";
import { useImages } from "../../state/images";
import { useLibrary } from "../../state/library";
import { attempt } from "../../state/view";
import { FolderHead } from "./folder-head";
import { ImageItem } from "./image-item";
import styles from "./library.module.css";
import type { Row } from "./rows";
import { afterKey } from "./tree-keys";

interface LibraryTreeProps {
  rows: readonly Row[];
  fold: (path: string, folded: boolean) => void;
}

/** Pixels; rows are measured once they are drawn. */
const usualHeight = { folder: 48, image: 40 };

/**
 * The rows of the library, of which only those in sight are drawn. The focus stays on the tree
 * itself: the active row is named to assistive technology, and is drawn wherever it is.
 */
export function LibraryTree({ rows, fold }: LibraryTreeProps) {
  const { t } = useTranslation();
  const id = useId();
  const tree = useRef<HTMLDivElement>(null);
  const shown = useImages((images) => images.shown);
  const [activeKey, setActiveKey] = useState<string>();
  /** Whether the last thing done here was to go to the active row by a key. */
  const [keyed, setKeyed] = useState(false);
  const shownAt = rows.findIndex((row) => row.kind === "image" && row.path === shown);
  const chosenAt = rows.findIndex(({ key }) => key === activeKey);
  const active = chosenAt >= 0 ? chosenAt : Math.max(0, shownAt);

  // oxlint-disable-next-line react/incompatible-library -- nothing of it goes to a memoized part
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => tree.current,
    // Until it is measured it counts as high as the window: rows are drawn once, not after an empty list.
    initialRect: { width: 0, height: window.innerHeight },
    estimateSize: (index) => usualHeight[rows[index]?.kind ?? "image"],
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 12,
    rangeExtractor: ({ startIndex, endIndex, overscan, count }) => {
      const from = Math.max(0, startIndex - overscan);
      const to = Math.min(count - 1, endIndex + overscan);
      const inSight = Array.from({ length: to - from + 1 }, (_each, nth) => from + nth);
      if (active < from) return [active, ...inSight];
      return active > to && active < count ? [...inSight, active] : inSight;
    },
  });

  const goTo = (index: number) => {
    const row = rows[index];
    if (row === undefined) return;
    setActiveKey(row.key);
    virtualizer.scrollToIndex(index, { align: "auto" });
  };

  // An image that comes onto the page by another way is brought into sight.
  const follow = useEffectEvent(() => {
    const row = rows[shownAt];
    if (row !== undefined && rows[chosenAt]?.key !== row.key) goTo(shownAt);
  });
  useEffect(() => follow(), [shown]);

  // The same at every scroll, so that only rows that come into sight are drawn.
  const choose = useCallback(
    (row: Row) => {
      setActiveKey(row.key);
      if (row.kind === "folder") fold(row.path, row.expanded);
      else attempt(() => openRow(row));
    },
    [fold],
  );
  const remove = useCallback((row: Row) => {
    attempt(() => removeRow(row));
    tree.current?.focus();
  }, []);

  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[active];
    setKeyed(false);
    // Buttons in the rows have keys of their own.
    if (event.target !== event.currentTarget || row === undefined) return;
    const done = afterKey(event.key, rows, active);
    if (done === undefined) return;
    event.preventDefault();
    if (done.do === "go") {
      setKeyed(true);
      goTo(done.to);
    } else if (done.do === "choose") choose(row);
    else if (done.do === "remove") remove(row);
    else if (row.kind === "folder") fold(row.path, done.do === "fold");
  };

  return (
    <div
      ref={tree}
      className={styles.tree}
      role="tree"
      tabIndex={0}
      aria-label={t("library.title")}
      aria-activedescendant={`${id}${active}`}
      onKeyDown={onKeyDown}
      onBlur={() => setKeyed(false)}
      onPointerDown={() => setKeyed(false)}
    >
      <div
        className={styles.rows}
        role="presentation"
        style={{ height: virtualizer.getTotalSize() }}
      >
        {virtualizer.getVirtualItems().map(({ index, key, start }) => {
          const row = rows[index];
          if (row === undefined) return null;
          const common = { active: index === active, onChoose: choose, onRemove: remove };
          return (
            <div
              key={key}
              ref={virtualizer.measureElement}
              className={styles.place}
              data-index={index}
              role="presentation"
              style={{ transform: `translateY(${start}px)` }}
            >
              {row.kind === "folder" ? (
                <FolderHead
                  id={`${id}${index}`}
                  row={row}
                  told={keyed && index === active}
                  {...common}
                />
              ) : (
                <ImageItem id={`${id}${index}`} row={row} shown={row.path === shown} {...common} />
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** An image of a watched folder that is opened is a recent one from then on. */
async function openRow(row: Extract<Row, { kind: "image" }>): Promise<void> {
  const { open, show } = useImages.getState();
  await (row.image === undefined ? show(row.path) : open([row.path]));
}

/** Takes an image off the list, or leaves a folder alone; the files stay. */
async function removeRow(row: Row): Promise<void> {
  if (row.kind === "image" && row.image === undefined) await useImages.getState().remove(row.path);
  if (row.kind === "folder" && row.watched) await useLibrary.getState().unwatch(row.path);
}
