import type { Content, Inside } from "../../../shared/model/inside";

/** The partition that a guest byte lies in; of a disk without any, what the whole of it holds. */
export function partitionAt(
  inside: Inside,
  at: number,
): { readonly number?: number; readonly content?: Content } | undefined {
  const partition = inside.partitions.find(
    ({ start, length, kind }) =>
      kind !== "extended" && kind !== "protective" && at >= start && at < start + length,
  );
  if (partition !== undefined) {
    const { number, content } = partition;
    return { number, ...(content && { content }) };
  }
  const { whole } = inside;
  if (whole === undefined || inside.partitions.length > 0) return undefined;
  return at < (whole.size ?? Infinity) ? { content: whole } : undefined;
}
