/** What JSON can hold, as qemu-img writes it; members that are undefined are left out. */
export type Json =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

/** `value` in qemu-img's layout: 4 spaces a level, ASCII only, members in the order they have. */
export function formatJson(value: Json, indent = ""): string {
  if (typeof value === "string") return quote(value);
  if (typeof value !== "object" || value === null) return String(value);
  const inner = `${indent}    `;
  const lines = Array.isArray(value)
    ? value.map((each: Json) => inner + formatJson(each, inner))
    : Object.entries(value).flatMap(([key, each]) =>
        each === undefined ? [] : [`${inner}${quote(key)}: ${formatJson(each, inner)}`],
      );
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const body = lines.length === 0 ? "\n" : `\n${lines.join(",\n")}\n`;
  return `${open}${body}${indent}${close}`;
}

/** As JSON.stringify quotes, with every character past "~" escaped, and escapes in upper-case hex. */
function quote(text: string): string {
  return JSON.stringify(text).replace(/\\(?:u.{4}|.)|[\u007f-\uffff]/g, (part) => {
    if (part.startsWith("\\"))
      return part.length === 2 ? part : `\\u${part.slice(2).toUpperCase()}`;
    return `\\u${part.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
  });
}
