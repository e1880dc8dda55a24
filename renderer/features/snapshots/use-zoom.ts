import { useReactFlow, useStore } from "@xyflow/react";
import { nodeSize, viewOf, wholeZoom, type Place } from "./tree-layout";

/** The smallest scale at which a node can be read, and the one below which it is a mark in the picture only. */
export const readableZoom = 0.84;
const farZoom = 0.35;
/** Scales between which the picture is drawn, and a step from one to the next. */
export const mostZoom = 1.5;
const leastZoom = 0.2;
const step = 1.25;

/** How near the tree is looked at. */
interface Zoom {
  /** Whether the whole tree is in the frame at a scale at which its nodes can be read. */
  readonly fits: boolean;
  /** Whether nodes are too small for their texts. */
  readonly far: boolean;
  readonly canZoomIn: boolean;
  readonly canZoomOut: boolean;
  readonly canShowWhole: boolean;
  /** By so many steps around the node that keys act from; 0 shows the whole tree. */
  readonly zoom: (levels: number) => void;
}

/** @param active the place of the node that keys act from */
export function useZoom(places: readonly Place[], active: number): Zoom {
  const { setViewport, getViewport } = useReactFlow();
  const width = useStore((store) => store.width);
  const height = useStore((store) => store.height);
  const whole = wholeZoom(places, { width, height });
  const least = Math.min(leastZoom, whole);
  // Each is drawn anew when it changes, not at every step of a zoom.
  const far = useStore(({ transform: [, , now] }) => now < farZoom);
  const canZoomIn = useStore(({ transform: [, , now] }) => now < mostZoom);
  const canZoomOut = useStore(({ transform: [, , now] }) => now > least);
  const canShowWhole = useStore(({ transform: [, , now] }) => Math.abs(now - whole) > 1e-6);
  return {
    fits: whole >= readableZoom,
    far,
    canZoomIn,
    canZoomOut,
    canShowWhole,
    zoom: (levels) => {
      if (levels === 0) {
        void setViewport(viewOf(places, { width, height }, whole));
        return;
      }
      const { x, y, zoom } = getViewport();
      const next = Math.min(mostZoom, Math.max(least, zoom * step ** levels));
      const node = places[active] ?? { x: 0, y: 0 };
      // The node stays where it is or, out of sight, the middle of the picture does.
      const [left, top] = [
        (node.x + nodeSize.width / 2) * zoom + x,
        (node.y + nodeSize.height / 2) * zoom + y,
      ];
      const seen = left >= 0 && left <= width && top >= 0 && top <= height;
      const [fixedX, fixedY] = seen ? [left, top] : [width / 2, height / 2];
      const times = next / zoom;
      void setViewport({
        x: fixedX - (fixedX - x) * times,
        y: fixedY - (fixedY - y) * times,
        zoom: next,
      });
    },
  };
}
