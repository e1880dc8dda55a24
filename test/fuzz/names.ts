import type { Random } from "../helpers/seed";
import type { Region } from "./corpus";
import type { Draft } from "./draft";

/** Names in the folder of every case that must not be opened, or not be waited for. */
export const traps = { link: "link.img", pipe: "pipe.img" } as const;

/** What a stranger may write where the name of a file belongs. */
export const hostileNames: readonly string[] = [
  "../outside/secret.img",
  "../../outside/secret.img",
  "file:../outside/secret.img",
  "/etc/passwd",
  "/etc/hostname",
  "/dev/zero",
  "/dev/stdin",
  "/proc/self/mem",
  "/",
  ".",
  "..",
  "",
  traps.link,
  traps.pipe,
  "none.img",
  'json:{"file.driver":"file"}',
  "nbd://127.0.0.1/x",
  "\\\\server\\share\\x",
  "C:\\x.img",
  "x\0y",
  "%s%n",
  "\u202egmi",
];

/** Puts another name where one stands; it is filled up with slashes, which name the same file. */
export function changeName(draft: Draft, { at, length, kind }: Region, random: Random): void {
  const width = kind === "wide-name" ? 2 : 1;
  const name = filled(random.pick(hostileNames), Math.floor(length / width));
  draft.set(at, Buffer.from(name, width === 2 ? "utf16le" : "latin1"));
}

/** The name with as many characters as there is room for. */
function filled(name: string, room: number): string {
  const slash = name.indexOf("/");
  const missing = "/".repeat(Math.max(0, room - name.length));
  if (slash < 0 || name.includes(":")) return name.padEnd(room, "\0").slice(0, room);
  return (name.slice(0, slash) + missing + name.slice(slash)).slice(0, room);
}
