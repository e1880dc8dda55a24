/** Puts what is told (a message, the step that mends it) into whole sentences, one after the other. */
export function sentences(...parts: readonly (string | undefined)[]): string {
  return parts
    .flatMap((part) => (part ? [ended(part)] : []))
    .reduce((text, part) => text + (text === "" || /[。！？：]$/.test(text) ? "" : " ") + part, "");
}

/** With the stop that its script has, where it ends without one. */
function ended(part: string): string {
  if (/[.!?…:。！？：]$/.test(part)) return part;
  return part + (/\p{Script=Han}[）”」]?$/u.test(part) ? "。" : ".");
}
