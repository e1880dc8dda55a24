import { useLayoutEffect, useState, type RefObject } from "react";

/** What an element takes on the screen, in device pixels. */
export interface DeviceBox {
  readonly width: number;
  readonly height: number;
  /** Device pixels to a CSS pixel. */
  readonly ratio: number;
}

/** Measures an element whenever its size or the screen's scale changes; undefined before the first time. */
export function useDeviceBox(element: RefObject<HTMLElement | null>): DeviceBox | undefined {
  const [box, setBox] = useState<DeviceBox>();
  useLayoutEffect(() => {
    if (element.current === null) return;
    const observer = new ResizeObserver(([entry]) => {
      const [size] = entry?.devicePixelContentBoxSize ?? [];
      if (size === undefined) return;
      const { inlineSize: width, blockSize: height } = size;
      setBox({ width, height, ratio: devicePixelRatio });
    });
    observer.observe(element.current, { box: "device-pixel-content-box" });
    return () => observer.disconnect();
  }, [element]);
  return box;
}
