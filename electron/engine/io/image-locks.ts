import { locksOn } from "./host-processes";
import { nativeCalls } from "./native";
import type { ByteTarget } from "./source";

// qemu locks single bytes of an image file: byte 100 + n says that somebody uses permission n, byte
// 200 + n that somebody does not share it. Every lock is one that others may hold as well; who takes
// some looks afterwards whether the opposite byte is held, and gives way if it is.

/** qemu's numbers of what a program may do with an image. */
const permission = { read: 0, write: 1, resize: 3 } as const;
const usedAt = 100;
const unsharedAt = 200;

/** What a change does, and what nobody else may do meanwhile: what qemu's own programs take. */
const uses = [permission.read, permission.write, permission.resize];
const refuses: readonly number[] = [permission.write, permission.resize];

/** Whether one of these locks says that its holder writes to the image. */
export function tellsWriter(locks: Iterable<{ start: number; end: number }>): boolean {
  for (const { start, end } of locks)
    for (const each of refuses) if (start <= usedAt + each && usedAt + each <= end) return true;
  return false;
}

/** Whether one of these locks is one of qemu's. */
export function tellsQemu(locks: Iterable<{ start: number; end: number }>): boolean {
  for (const { start, end } of locks) if (start >= usedAt && end < unsharedAt + usedAt) return true;
  return false;
}

/**
 * Locks an image that is about to be changed, as qemu does, until the file is closed. Without the
 * native calls it only looks whether others have locked it; on a file system that knows no locks, and
 * outside Linux, it does nothing.
 * @returns Whether nobody else holds it in a way that forbids changing it.
 */
export function lockForChange(file: ByteTarget): boolean {
  if (file.file === undefined) return true;
  const { fd } = file.file;
  const locks = nativeCalls()?.locks;
  if (locks === undefined) {
    return !isForbidden(listedLocks(file.name));
  }
  const wanted = [
    ...uses.map((each) => usedAt + each),
    ...refuses.map((each) => unsharedAt + each),
  ];
  // Some network file systems know no locks.
  if (wanted.some((at) => locks.share(fd, at) !== undefined)) return true;
  return !isForbidden((at) => locks.heldByOthers(fd, at));
}

/**
 * Whether qemu-img would write a new image over a file, as far as those are concerned who have locked
 * it; nothing is locked by asking.
 * @param format Of the new image: a raw one may be written while others write to it.
 */
export function mayReplaceLocked(path: string, format: string): boolean {
  return !isForbidden(listedLocks(path), format === "raw" ? [permission.resize] : refuses);
}

/** Tells of a byte of a file whether anybody has locked it, as the host lists that. */
function listedLocks(path: string): (at: number) => boolean {
  const listed = locksOn(path);
  return (at) => listed.some(({ start, end }) => start <= at && at <= end);
}

/** Whether locks that others hold forbid a change. @param refused What they must not do meanwhile. */
const isForbidden = (held: (at: number) => boolean, refused = refuses): boolean =>
  uses.some((each) => held(unsharedAt + each)) || refused.some((each) => held(usedAt + each));
