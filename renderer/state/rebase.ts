import { useState, type DragEvent } from "react";
import { call } from "../api/client";
import { useChange } from "./change";
import { useImages } from "./images";
import { attempt, useView } from "./view";

/** Tells an image that is dragged inside the window from everything else. */
const dragType = "application/x-lamina-image";

/** Shows the image, and asks whether it shall stand on `base`. */
export async function putOn(path: string, base: string): Promise<void> {
  await useImages.getState().show(path);
  useView.getState().setTab("chain");
  await useChange.getState().ask({ kind: "rebase", path, base });
}

/** Asks with the system's dialog for the base that the image shall stand on. */
export async function chooseBase(path: string): Promise<void> {
  const { paths } = await call("dialogs.openImages");
  const [base] = paths;
  if (base !== undefined) await useChange.getState().ask({ kind: "rebase", path, base });
}

/** Whether an image can be put on a base; one that was not looked into may be. */
export function canStand(path: string): boolean {
  const view = useImages.getState().views[path];
  if (view?.state !== "ready") return true;
  const [top] = view.report.layers;
  return top?.format === "qcow2" && top.facts.wrapping === undefined;
}

/**
 * What makes a row or slab an image that can be dragged onto another, which becomes its base; where
 * only the other one can stand on something, it is the other way round. The dialog can turn it over.
 */
export function useImageDrag(path: string) {
  const [over, setOver] = useState(false);
  const accept = (event: DragEvent) => {
    if (!event.dataTransfer.types.includes(dragType)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "link";
    setOver(true);
  };
  return {
    draggable: true,
    "data-image-over": over || undefined,
    onDragStart: (event: DragEvent) => {
      event.dataTransfer.setData(dragType, path);
      event.dataTransfer.effectAllowed = "link";
    },
    onDragEnter: accept,
    onDragOver: accept,
    onDragLeave: () => setOver(false),
    onDrop: (event: DragEvent) => {
      const dragged = event.dataTransfer.getData(dragType);
      if (dragged === "") return;
      event.preventDefault();
      setOver(false);
      if (dragged === path) return;
      attempt(() =>
        !canStand(dragged) && canStand(path) ? putOn(path, dragged) : putOn(dragged, path),
      );
    },
  };
}
