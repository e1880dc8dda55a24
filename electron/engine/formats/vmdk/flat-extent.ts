import { ImageError } from "../../errors";
import type { Run } from "../../image/layer";
import type { ByteSource } from "../../io/source";
import type { ExtentLine } from "./extent-line";
import { errorAt } from "./vmdk-error";

/**
 * The `map` of a flat extent: its bytes lie in `source` from `offset` on, as they are. The file's holes
 * are zeros; what it ends before is an error.
 * @param offset Bytes.
 */
export function flatMap(source: ByteSource, offset: number) {
  return (at: number, max: number): Run => {
    const hostAt = offset + at;
    const within = Math.min(max, source.size - hostAt);
    if (within <= 0) {
      throw errorAt("truncated", source, hostAt, "the file ends before the end of its extent", {
        expected: hostAt + max,
        found: source.size,
      });
    }
    const host = source.hostRun?.(hostAt, within);
    if (host?.hole === true) return { kind: "zero", at: hostAt, length: host.length };
    return { kind: "data", source, at: hostAt, length: host?.length ?? within };
  };
}

/** The `map` of an extent of type ZERO, which has no file. */
export function zeroMap(_at: number, max: number): Run {
  return { kind: "zero", length: max };
}

/** The `map` of an extent that the guest may not read. @param from The descriptor's file. */
export function noAccessMap(line: ExtentLine, from: string) {
  return (): Run => {
    throw new ImageError("unsupported", `${from}: an extent is marked NOACCESS`, {
      file: from,
      expected: "RW or RDONLY",
      found: `NOACCESS ${line.sectors} ${line.type}`,
    });
  };
}
