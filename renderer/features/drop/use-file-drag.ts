import { useEffect, useEffectEvent, useState } from "react";

/** What the files are dropped for. */
export type DropZone = "open" | "convert";

/**
 * The zone that files are being dragged over: the nearest element with `data-drop-zone`, "open"
 * anywhere else in the window, undefined while nothing is dragged. `onDrop` hears what is let go.
 */
export function useFileDrag(
  onDrop: (files: readonly File[], zone: DropZone) => void,
): DropZone | undefined {
  const [over, setOver] = useState<DropZone>();
  const dropped = useEffectEvent(onDrop);
  useEffect(() => {
    const listening = new AbortController();
    const { signal } = listening;
    const drag = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes("Files") !== true) return;
      // Without this the window would not be a place to drop on.
      event.preventDefault();
      event.dataTransfer.dropEffect = "copy";
      setOver(zoneOf(event.target));
    };
    const leave = (event: DragEvent) => {
      // Leaving the window, not passing from one element to another.
      if (event.relatedTarget === null) setOver(undefined);
    };
    const drop = (event: DragEvent) => {
      event.preventDefault();
      setOver(undefined);
      const files = Array.from(event.dataTransfer?.files ?? []);
      if (files.length > 0) dropped(files, zoneOf(event.target));
    };
    window.addEventListener("dragenter", drag, { signal });
    window.addEventListener("dragover", drag, { signal });
    window.addEventListener("dragleave", leave, { signal });
    window.addEventListener("drop", drop, { signal });
    return () => listening.abort();
  }, []);
  return over;
}

function zoneOf(target: EventTarget | null): DropZone {
  const zone = target instanceof Element ? target.closest("[data-drop-zone]") : null;
  return zone?.getAttribute("data-drop-zone") === "convert" ? "convert" : "open";
}
