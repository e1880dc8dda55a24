import { useEffect, useRef, type PointerEvent } from "react";
import { useTranslation } from "react-i18next";
import { scrollEnd, type Scene } from "./geometry";
import type { Scroller } from "./scroller";
import styles from "./map.module.css";

interface ScrollBarProps {
  scene: Scene;
  scroller: Scroller;
  /** Id of what is scrolled. */
  controls: string;
}

/**
 * A bar of our own: a map of 2 TiB in clusters is longer than a page can be. The keys of the map move it
 * too, so it takes no focus.
 */
export function ScrollBar({ scene, scroller, controls }: ScrollBarProps) {
  const { t } = useTranslation();
  const thumb = useRef<HTMLDivElement>(null);
  const { height } = scene.layout;
  const end = scrollEnd(scene);
  const share = Math.max(0.06, height / (end + height));

  // It follows the cells, which move without React.
  useEffect(() => {
    const follow = (): void => {
      const part = end === 0 ? 0 : scroller.top / end;
      if (thumb.current === null) return;
      thumb.current.style.top = `${part * (1 - share) * 100}%`;
      thumb.current.parentElement?.setAttribute("aria-valuenow", String(Math.round(part * 100)));
    };
    follow();
    return scroller.watch(follow);
  }, [end, share, scroller]);

  function drag(event: PointerEvent<HTMLDivElement>): void {
    if (event.buttons === 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const box = event.currentTarget.getBoundingClientRect();
    const part = ((event.clientY - box.top) / box.height - share / 2) / (1 - share);
    scroller.to(Math.max(0, Math.min(1, part)) * end);
  }

  if (end === 0) return null;
  return (
    <div
      className={styles.scrollBar}
      role="scrollbar"
      aria-label={t("map.scroll")}
      aria-controls={controls}
      aria-orientation="vertical"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={0}
      onPointerDown={drag}
      onPointerMove={drag}
    >
      <div ref={thumb} className={styles.thumb} style={{ height: `${share * 100}%` }} />
    </div>
  );
}
