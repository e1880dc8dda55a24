import { ReactFlow, useReactFlow, useStore, type Edge } from "@xyflow/react";
import { useEffect } from "react";
import type { SnapshotTree } from "../../../shared/model/snapshot-tree";
import { useSnapshots } from "../../state/snapshots";
import { NodeBox, type TreeNode } from "./node-box";
import { nodeSize, viewOf, wholeZoom, type Place } from "./tree-layout";
import { mostZoom, readableZoom } from "./use-zoom";

const nodeTypes = { box: NodeBox };
/** Below this a parent is drawn as a guess. */
const sure = 0.75;

/** The tree as a picture. It is a picture only: keys and screen readers have the tree around it. */
export function TreePicture({ tree, places }: { tree: SnapshotTree; places: readonly Place[] }) {
  const selected = useSnapshots((state) => state.selected);
  const active = useSnapshots((state) => state.active);
  const { select } = useSnapshots.getState();
  const nodes = tree.nodes.map((node, place): TreeNode => ({
    id: String(place),
    type: "box",
    position: places[place] ?? { x: 0, y: 0 },
    data: { node, active: place === active },
    selected: selected.includes(place),
    ...nodeSize,
  }));
  const edges = tree.nodes.flatMap(({ parent, confidence }, place): Edge[] =>
    parent === null
      ? []
      : [
          {
            id: `${parent}-${place}`,
            source: String(parent),
            target: String(place),
            ...(confidence < sure && { className: "guessed" }),
          },
        ],
  );
  return (
    <ReactFlow
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      nodesDraggable={false}
      nodesConnectable={false}
      nodesFocusable={false}
      edgesFocusable={false}
      elementsSelectable={false}
      disableKeyboardA11y
      panOnScroll
      zoomOnDoubleClick={false}
      minZoom={0.02}
      maxZoom={mostZoom}
      proOptions={{ hideAttribution: true }}
      onNodeClick={(event, { id }) =>
        select(Number(id), event.ctrlKey || event.metaKey || event.shiftKey)
      }
    >
      <KeepInView active={active} places={places} />
    </ReactFlow>
  );
}

/** Shows the whole tree where it fits, else the part around the node that keys act from. */
function KeepInView({ active, places }: { active: number; places: readonly Place[] }) {
  const { setViewport, getViewport } = useReactFlow();
  const width = useStore((store) => store.width);
  const height = useStore((store) => store.height);

  useEffect(() => {
    if (width === 0 || height === 0) return;
    const frame = { width, height };
    const zoom = Math.max(wholeZoom(places, frame), readableZoom);
    void setViewport(viewOf(places, frame, zoom, places.at(-1)));
  }, [width, height, places, setViewport]);

  useEffect(() => {
    const node = places[active];
    if (node === undefined || width === 0) return;
    const { x, y, zoom } = getViewport();
    const [left, top] = [node.x * zoom + x, node.y * zoom + y];
    const pull = (from: number, length: number, size: number) =>
      from < 12 ? 12 - from : Math.min(0, size - 12 - (from + length));
    const dx = pull(left, nodeSize.width * zoom, width);
    const dy = pull(top, nodeSize.height * zoom, height);
    if (dx !== 0 || dy !== 0) void setViewport({ x: x + dx, y: y + dy, zoom });
  }, [active, places, width, height, getViewport, setViewport]);
  return null;
}
