/** A relative path of Windows with `/` between its folders, which every system understands. */
export const withSlashes = (path: string): string => path.replaceAll("\\", "/");

/** The last part of a path of Windows or of another system; "" when it ends with a separator. */
export const lastPart = (path: string): string => path.replace(/^.*[\\/]/s, "");
