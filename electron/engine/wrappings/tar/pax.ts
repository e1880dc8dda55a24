import { ImageError } from "../../errors";
import type { HeaderPlace } from "./header";

/** What an extended header tells of the entry behind it. */
export interface Extended {
  readonly path?: string;
  /** Bytes. */
  readonly size?: number;
  /** Whether only a part of the file is stored, as GNU tar does it. */
  readonly sparse: boolean;
}

/**
 * Reads the records of a pax extended header: `LENGTH KEY=VALUE\n`, the length in bytes and all
 * included.
 * @throws ImageError `invalid-header`.
 */
export function readExtended(bytes: Uint8Array, { file, at }: HeaderPlace): Extended {
  const records = new Map<string, string>();
  function fail(offset: number, found: string): never {
    throw new ImageError("invalid-header", `${file}: an extended header is damaged`, {
      file,
      at: at + offset,
      found,
    });
  }
  for (let from = 0; from < bytes.length && bytes[from] !== 0;) {
    const space = bytes.indexOf(0x20, from);
    const digits = new TextDecoder().decode(bytes.slice(from, space < 0 ? from + 8 : space));
    const length = /^[1-9]\d{0,7}$/.test(digits) ? Number(digits) : 0;
    const end = from + length;
    if (space < 0 || end <= space + 2 || end > bytes.length || bytes[end - 1] !== 0x0a)
      fail(from, digits.slice(0, 20));
    const [key = "", ...value] = new TextDecoder()
      .decode(bytes.slice(space + 1, end - 1))
      .split("=");
    records.set(key, value.join("="));
    from = end;
  }
  const path = records.get("path");
  const size = records.get("size");
  if (size !== undefined && !(/^\d{1,16}$/.test(size) && Number.isSafeInteger(Number(size))))
    fail(0, `size=${size.slice(0, 40)}`);
  return {
    ...(path !== undefined && { path }),
    ...(size !== undefined && { size: Number(size) }),
    sparse: [...records.keys()].some((key) => key.startsWith("GNU.sparse.")),
  };
}
