/** Pixels of a square picture: rows from the top, four bytes each (blue, green, red, opacity). */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly bytes: Uint8Array;
}

const side = 48;
/** Lamina's three layers on its blue, as build/icons/lamina.svg has them on 16 x 16 cells. */
const layers = [
  { top: 4, width: 9, opacity: 1 },
  { top: 7, width: 7, opacity: 0.78 },
  { top: 10, width: 10, opacity: 0.56 },
];

/** What hangs on the pointer while an image is dragged out of the window. */
export function dragIcon(): Pixels {
  const bytes = new Uint8Array(side * side * 4);
  const cell = side / 16;
  for (let y = 0; y < side; y += 1)
    for (let x = 0; x < side; x += 1) {
      if (!isInside(x, y)) continue;
      const [column, row] = [x / cell, y / cell];
      const layer = layers.find(
        ({ top, width }) => row >= top && row < top + 2 && column >= 3 && column < 3 + width,
      );
      const white = layer?.opacity ?? 0;
      const pixel = [0xe2, 0x64, 0x34].map((ground) => ground + (0xff - ground) * white);
      bytes.set([...pixel.map(Math.round), 0xff], (y * side + x) * 4);
    }
  return { width: side, height: side, bytes };
}

/** Whether a pixel lies in the rounded square. */
function isInside(x: number, y: number): boolean {
  const radius = side / 5;
  const past = (at: number): number => Math.max(radius - at, at - (side - 1 - radius), 0);
  return Math.hypot(past(x), past(y)) <= radius;
}
