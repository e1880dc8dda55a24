import { graphlib, layout } from "@dagrejs/dagre";
import type { SnapshotNode } from "../../../shared/model/snapshot-tree";

/** Size of a node in pixels. */
export const nodeSize = { width: 180, height: 78 } as const;

/** Pixels left free around the tree. */
export const pictureMargin = 12;

/** Where a node stands: its upper left corner, in pixels. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Where the nodes stand, in pixels: the oldest on the left, branches below one another. */
export function placeNodes(nodes: readonly SnapshotNode[]): Place[] {
  const graph = new graphlib.Graph();
  graph.setGraph({ rankdir: "LR", nodesep: 20, ranksep: 22 });
  graph.setDefaultEdgeLabel(() => ({}));
  nodes.forEach((_, place) => graph.setNode(String(place), { ...nodeSize }));
  nodes.forEach(({ parent }, place) => {
    if (parent !== null) graph.setEdge(String(parent), String(place));
  });
  layout(graph);
  return nodes.map((_, place) => {
    const { x, y } = graph.node(String(place)) as { x: number; y: number };
    // The layout tells centres.
    return { x: x - nodeSize.width / 2, y: y - nodeSize.height / 2 };
  });
}

interface Frame {
  readonly width: number;
  readonly height: number;
}

const sizeOf = (places: readonly Place[]): Frame => ({
  width: Math.max(...places.map(({ x }) => x)) + nodeSize.width,
  height: Math.max(...places.map(({ y }) => y)) + nodeSize.height,
});

/** The scale, at most 1, at which the whole tree is in the frame. */
export function wholeZoom(places: readonly Place[], frame: Frame): number {
  const { width, height } = sizeOf(places);
  const room = (length: number) => Math.max(1, length - 2 * pictureMargin);
  return Math.min(room(frame.width) / width, room(frame.height) / height, 1);
}

/** What a frame of the picture shows at a scale: the whole tree in its middle where it fits, else what is around `node`. */
export function viewOf(
  places: readonly Place[],
  frame: Frame,
  zoom: number,
  node: Place = { x: 0, y: 0 },
): Place & { readonly zoom: number } {
  const whole = sizeOf(places);
  const margin = pictureMargin;
  const start = (size: number, length: number, middle: number) =>
    length * zoom + 2 * margin <= size
      ? (size - length * zoom) / 2
      : Math.min(margin, Math.max(size - margin - length * zoom, size / 2 - middle * zoom));
  return {
    x: start(frame.width, whole.width, node.x + nodeSize.width / 2),
    y: start(frame.height, whole.height, node.y + nodeSize.height / 2),
    zoom,
  };
}

/** Places of the nodes in the tree's order: each before its children, those in the table's order. */
export function inTreeOrder(nodes: readonly SnapshotNode[]): { place: number; level: number }[] {
  const children = new Map<number | null, number[]>();
  nodes.forEach(({ parent }, place) =>
    children.set(parent, [...(children.get(parent) ?? []), place]),
  );
  const ordered: { place: number; level: number }[] = [];
  const waiting = (children.get(null) ?? []).map((place) => ({ place, level: 1 })).reverse();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    ordered.push(next);
    const { place, level } = next;
    for (const child of [...(children.get(place) ?? [])].reverse())
      waiting.push({ place: child, level: level + 1 });
  }
  return ordered;
}

/** Where a key leads from a node; undefined for a key that leads nowhere. */
export function nodeAfter(
  key: string,
  from: number,
  nodes: readonly SnapshotNode[],
): number | undefined {
  const order = inTreeOrder(nodes).map(({ place }) => place);
  const at = order.indexOf(from);
  switch (key) {
    case "ArrowDown":
      return order[at + 1];
    case "ArrowUp":
      return order[at - 1];
    case "ArrowLeft":
      return nodes[from]?.parent ?? undefined;
    case "ArrowRight":
      return order.find((place) => nodes[place]?.parent === from);
    case "Home":
      return order[0];
    case "End":
      return order.at(-1);
    default:
      return undefined;
  }
}

/** Pixels that the picture gets, as CSS: what the tree needs, but no more than the window has. */
export function frameHeight(places: readonly Place[]): string {
  const { height } = sizeOf(places);
  return `min(${Math.round(height + 2 * pictureMargin)}px, max(260px, 100vh - 390px))`;
}
