/** Node's modules that reach another machine, or start a program that might. */
const names = "net|http|https|http2|tls|dgram|dns|quic|child_process|inspector";

/** Whether a module of this name is one of them. */
export const reachesNetwork = (specifier: string): boolean =>
  new RegExp(`^(?:node:)?(?:${names})(?:/|$)`).test(specifier);

/**
 * Those whose names stand in a built script as a text of their own, however it would load them; `inspector` only
 * as what a function is called with, for so is one of Lamina's own threads.
 */
export function networkModulesIn(script: string): string[] {
  const others = names.replace("|inspector", "");
  const quoted = new RegExp(`(["'\`])(?:node:)?(?:${others})(?:/\\w+)?\\1`, "g");
  const inspector = /\(\s*(["'`])(?:node:)?inspector(?:\/\w+)?\1\s*\)/g;
  return [...new Set([...(script.match(quoted) ?? []), ...(script.match(inspector) ?? [])])];
}
