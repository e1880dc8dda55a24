/** Steps of an axis, as parts of a power of ten. */
const steps = [1, 2, 5, 10] as const;

/**
 * Where an axis from 0 to past `most` (above 0) is marked: at most six round numbers.
 * @param unit What one of the numbers shown stands for, such as the bytes of a GiB.
 */
export function ticksFor(most: number, unit: number): number[] {
  const quarter = Math.max(most / unit / 4, Number.EPSILON);
  const power = 10 ** Math.floor(Math.log10(quarter));
  const step = power * (steps.find((one) => one * power >= quarter * 0.999) ?? 10);
  const count = Math.ceil((most / unit / step) * 0.999_999);
  return Array.from({ length: count + 1 }, (_, nth) => nth * step * unit);
}
