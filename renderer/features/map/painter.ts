import { cellCount, seenCells, type Layout, type Scene } from "./geometry";
import type { Palette } from "./palette";

/** One picture of the map. */
export interface Picture {
  readonly scene: Scene;
  /** Device pixels that are scrolled away above. */
  readonly top: number;
  readonly palette: Palette;
  /** The colour of a cell as a word of `ImageData`. */
  wordOf(cell: number): number;
  /** Cells with a ring around them: where the keys are, and where the pointer is. */
  readonly cursor: number | undefined;
  readonly pointed: number | undefined;
}

/** Draws maps on a canvas. */
export interface Painter {
  paint(picture: Picture): void;
}

/**
 * A painter that draws as fast with a hundred thousand cells as with a hundred: a cell is one pixel of
 * a small picture that is blown up without smoothing, and the gaps are one pattern laid over it.
 */
export function createPainter(canvas: HTMLCanvasElement): Painter {
  const context = canvas.getContext("2d");
  const small = new OffscreenCanvas(1, 1);
  const smallContext = small.getContext("2d");
  let pixels: ImageData | undefined;
  let gaps: { readonly key: string; readonly pattern: CanvasPattern | null } | undefined;

  /** The colours of the rows that are seen, one pixel a cell; what is behind the end stays clear. */
  function drawSmall({ scene, top, wordOf }: Picture): number {
    const { columns } = scene.layout;
    const { first, end } = seenCells(scene, top);
    const rows = Math.ceil((end - first) / columns);
    if (rows <= 0) return 0;
    if (pixels?.width !== columns || pixels.height !== rows) {
      pixels = new ImageData(columns, rows);
      small.width = columns;
      small.height = rows;
    }
    const words = new Uint32Array(pixels.data.buffer);
    const last = Math.min(end, cellCount(scene)) - first;
    for (let i = 0; i < words.length; i++) words[i] = i < last ? wordOf(first + i) : 0;
    smallContext?.putImageData(pixels, 0, 0);
    return rows;
  }

  function patternOf({ pitch, gap }: Layout, ground: string): CanvasPattern | null {
    const key = `${pitch} ${gap} ${ground}`;
    if (gaps?.key !== key) gaps = { key, pattern: gapPattern(context, pitch, gap, ground) };
    return gaps.pattern;
  }

  function ring(picture: Picture, cell: number | undefined, colour: string, wide: number): void {
    if (cell === undefined || context === null) return;
    const { pitch, gap, columns, width, height } = picture.scene.layout;
    const row = Math.floor(cell / columns) * pitch - Math.round(picture.top);
    if (row <= -pitch || row >= height) return;
    // Around the cell, but never cut off by the window's edge.
    const left = Math.max(wide / 2, (cell % columns) * pitch - wide / 2);
    const top = Math.max(wide / 2, row - wide / 2);
    const right = Math.min(width - wide / 2, (cell % columns) * pitch + pitch - gap + wide / 2);
    const bottom = Math.min(height - wide / 2, row + pitch - gap + wide / 2);
    for (const [line, stroke] of [
      [wide + 2, picture.palette.ground],
      [wide, colour],
    ] as const) {
      context.strokeStyle = stroke;
      context.lineWidth = line;
      context.beginPath();
      context.roundRect(left, top, right - left, bottom - top, gap + wide);
      context.stroke();
    }
  }

  return {
    paint(picture) {
      if (context === null) return;
      const { scene, palette } = picture;
      const top = Math.round(picture.top);
      const { width, height, pitch, columns } = scene.layout;
      if (canvas.width !== width) canvas.width = width;
      if (canvas.height !== height) canvas.height = height;
      context.clearRect(0, 0, width, height);
      const rows = drawSmall({ ...picture, top });
      const shift = top % pitch;
      context.imageSmoothingEnabled = false;
      if (rows > 0) context.drawImage(small, 0, -shift, columns * pitch, rows * pitch);
      const pattern = patternOf(scene.layout, palette.ground);
      if (pattern !== null) {
        pattern.setTransform(new DOMMatrix([1, 0, 0, 1, 0, -shift]));
        context.fillStyle = pattern;
        context.fillRect(0, 0, width, height);
      }
      const line = Math.max(1, Math.round(pitch / 7));
      ring(picture, picture.pointed, palette.ink, Math.max(1, line - 1));
      ring(picture, picture.cursor, palette.accent, line);
    },
  };
}

/** One cell's share of the gaps: the ground with a rounded hole in it. */
function gapPattern(
  context: CanvasRenderingContext2D | null,
  pitch: number,
  gap: number,
  ground: string,
): CanvasPattern | null {
  const tile = new OffscreenCanvas(pitch, pitch);
  const draw = tile.getContext("2d");
  if (draw === null || context === null) return null;
  draw.fillStyle = ground;
  draw.fillRect(0, 0, pitch, pitch);
  draw.globalCompositeOperation = "destination-out";
  draw.beginPath();
  draw.roundRect(0, 0, pitch - gap, pitch - gap, Math.max(1, gap));
  draw.fill();
  return context.createPattern(tile, "repeat");
}
