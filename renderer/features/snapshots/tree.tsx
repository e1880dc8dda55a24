import { VisuallyHidden } from "@mantine/core";
import { ReactFlowProvider } from "@xyflow/react";
import { useMemo, useRef, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import type { SnapshotNode, SnapshotTree } from "../../../shared/model/snapshot-tree";
import { useSnapshots } from "../../state/snapshots";
import { formatDate, formatSize } from "../../text/format";
import { ZoomButtons } from "../../ui/zoom-buttons";
import styles from "./snapshots.module.css";
import { frameHeight, inTreeOrder, nodeAfter, placeNodes } from "./tree-layout";
import { TreePicture } from "./tree-picture";
import { useZoom } from "./use-zoom";

/** The snapshots as a tree, for eyes and pointers as a picture and for keys and readers as a list. */
export function Tree({ tree }: { tree: SnapshotTree }) {
  return (
    <ReactFlowProvider>
      <TreeFrame tree={tree} />
    </ReactFlowProvider>
  );
}

/** The levels that a key zooms by; 0 shows the whole, undefined is for any other key. */
const zoomKeys: Readonly<Record<string, number | undefined>> = { "+": 1, "=": 1, "-": -1, "0": 0 };

function TreeFrame({ tree }: { tree: SnapshotTree }) {
  const { t } = useTranslation();
  const selected = useSnapshots((state) => state.selected);
  const active = useSnapshots((state) => state.active);
  const { select, activate } = useSnapshots.getState();
  const keys = useRef<HTMLDivElement>(null);
  const places = useMemo(() => placeNodes(tree.nodes), [tree]);
  const { fits, far, zoom, ...can } = useZoom(places, active);

  const press = (event: KeyboardEvent) => {
    const next = nodeAfter(event.key, active, tree.nodes);
    const levels = event.ctrlKey || event.metaKey ? undefined : zoomKeys[event.key];
    if (levels !== undefined) zoom(levels);
    else if (event.key === " ") select(active, true);
    else if (next === undefined) return;
    else if (event.ctrlKey || event.metaKey) activate(next);
    else if (event.shiftKey && !selected.includes(next)) select(next, true);
    else if (event.shiftKey) activate(next);
    else select(next);
    event.preventDefault();
  };

  const textOf = (node: SnapshotNode) =>
    t("snapshots.item", {
      name: node.index === null ? t("snapshots.now") : node.name,
      date: node.dateSeconds === undefined ? t("snapshots.nowText") : formatDate(node.dateSeconds),
      holds: formatSize(node.own + node.sharedWithParent),
      alone: formatSize(Math.max(0, node.exclusiveBytes ?? 0)),
    });

  return (
    <div className={styles.treeFrame} style={{ height: frameHeight(places) }}>
      <div
        ref={keys}
        className={styles.keys}
        role="tree"
        aria-label={t("snapshots.title")}
        aria-multiselectable
        aria-activedescendant={`snapshot-${active}`}
        tabIndex={0}
        onKeyDown={press}
      >
        <VisuallyHidden>
          {inTreeOrder(tree.nodes).map(({ place, level }) => (
            <div
              key={place}
              id={`snapshot-${place}`}
              role="treeitem"
              aria-level={level}
              aria-selected={selected.includes(place)}
            >
              {tree.nodes[place] && textOf(tree.nodes[place])}
            </div>
          ))}
        </VisuallyHidden>
      </div>
      <div
        className={styles.picture}
        data-far={far || undefined}
        aria-hidden
        onClick={() => keys.current?.focus()}
      >
        <TreePicture tree={tree} places={places} />
      </div>
      {!fits && (
        <div className={styles.zoom}>
          <ZoomButtons
            labels={{
              out: t("snapshots.zoom.out"),
              in: t("snapshots.zoom.in"),
              whole: t("snapshots.zoom.whole"),
            }}
            {...can}
            zoom={zoom}
          />
        </div>
      )}
    </div>
  );
}
