/** One line of the descriptor's extent description (specification, "The Extents"). */
export interface ExtentLine {
  readonly access: "RW" | "RDONLY" | "NOACCESS";
  /** The extent's size in sectors. */
  readonly sectors: number;
  /** As written: "SPARSE", "FLAT", "ZERO", "VMFS", "VMFSSPARSE", ... */
  readonly type: string;
  /** As written; absent for ZERO. */
  readonly fileName?: string;
  /** Where a flat extent begins in its file, in sectors; absent when the line does not say. */
  readonly offset?: number;
}

const accesses = ["RW", "RDONLY", "NOACCESS"] as const;

/** Whether a line says something about an extent, well-formed or not. */
export function isExtentLine(line: string): boolean {
  return accessOf(/^\S+/.exec(line)?.[0]) !== undefined;
}

function accessOf(word: string | undefined): ExtentLine["access"] | undefined {
  return accesses.find((access) => access === word?.toUpperCase());
}

function numberOf(word: string | undefined): number | undefined {
  if (word === undefined || !/^\d{1,16}$/.test(word)) return undefined;
  const value = Number(word);
  return Number.isSafeInteger(value) ? value : undefined;
}

/**
 * Parses `ACCESS SECTORS TYPE ["FILE" [OFFSET [UUID DEVICE]]]`; fields after the offset are ignored.
 * Undefined when the line is malformed.
 */
export function parseExtentLine(line: string): ExtentLine | undefined {
  const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare);
  const access = accessOf(words[0]);
  const sectors = numberOf(words[1]);
  const type = words[2];
  if (access === undefined || sectors === undefined || type === undefined) return undefined;
  if (type.toUpperCase() === "ZERO") return { access, sectors, type };
  const fileName = words[3];
  // A quotation mark here was never closed.
  if (fileName === undefined || fileName === "" || fileName.startsWith('"')) return undefined;
  const offset = numberOf(words[4]);
  if (offset === undefined && words[4] !== undefined) return undefined;
  return { access, sectors, type, fileName, ...(offset !== undefined && { offset }) };
}
