/** What the host says of a file: bytes, and the time of the last change in ns since 1970. */
interface FileState {
  readonly size: bigint;
  readonly mtimeNs: bigint;
}

const SECOND_NS = 1_000_000_000n;

/**
 * Tells whether a file was written to since `opened`: by its length and the time of its last change, for reading
 * it changes neither. Where the host keeps no such time, the length alone counts.
 * @param look How the file is at this moment.
 */
export function wasChanged(opened: FileState, look: () => FileState): boolean {
  const now = look();
  if (now.size !== opened.size) return true;
  if (now.mtimeNs === opened.mtimeNs || isRounded(opened.mtimeNs, now.mtimeNs)) return false;
  // A host without such times may answer with its clock, which is another at every look.
  const again = look().mtimeNs;
  return again === now.mtimeNs || look().mtimeNs === again;
}

/** Whether a time has only lost its fraction, as where the host wrote it down: FAT keeps every other second. */
const isRounded = (exact: bigint, kept: bigint): boolean =>
  kept === exact - (exact % SECOND_NS) || kept === exact - (exact % (2n * SECOND_NS));
