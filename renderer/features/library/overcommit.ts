import type { WatchedFolder } from "../../../shared/model/watched-folder";

/** What disks that guests write to were promised, and have. Bytes. */
interface Promises {
  /** Their virtual sizes. */
  readonly promised: number;
  /** What the host has given to them. */
  readonly taken: number;
  /** What their guests may still write. */
  readonly toCome: number;
}

/** What guests were promised in a folder, against what its file system can give. Bytes. */
export interface Overcommit extends Promises {
  /** The same of the other watched folders on its file system, which write to the same space. */
  readonly others: Promises & { readonly folders: number };
  readonly free: number;
  readonly capacity: number;
  /** What the disks of all these folders could take together: taken and free. */
  readonly available: number;
  /** By how much what may come, the others' too, is more than what is free; 0 when it is not. */
  readonly lacking: number;
}

/**
 * By the folders' paths; without those in which there is no such disk, or nobody knows what is free.
 * @param all every watched folder
 */
export function overcommitsOf(all: readonly WatchedFolder[]): Map<string, Overcommit> {
  const bases = new Set(all.flatMap(({ images }) => images.map(({ base }) => base)));
  const promising = all.flatMap((folder) => {
    const own = folder.host && promisesOf(folder, bases);
    return folder.host && own ? [{ path: folder.path, host: folder.host, own }] : [];
  });
  return new Map(
    promising.map(({ path, host, own }) => {
      const { volume, free, capacity } = host;
      const shares = promising.flatMap((other) =>
        other.path !== path && other.host.volume === volume ? [other.own] : [],
      );
      const others = { folders: shares.length, ...sumOf(shares) };
      return [
        path,
        {
          ...own,
          others,
          free,
          capacity,
          available: own.taken + others.taken + free,
          lacking: Math.max(0, own.toCome + others.toCome - free),
        },
      ];
    }),
  );
}

/** Of the disks of one folder; undefined when there is none. What images stand on, no guest writes to. */
function promisesOf(
  { images }: WatchedFolder,
  bases: ReadonlySet<string | undefined>,
): Promises | undefined {
  const disks = images.flatMap(({ path, grows, virtualSize, allocated }): Promises[] =>
    grows && !bases.has(path) && virtualSize !== undefined && allocated !== undefined
      ? [
          {
            promised: virtualSize,
            taken: allocated,
            // A disk with snapshots may take more than it promises.
            toCome: Math.max(0, virtualSize - allocated),
          },
        ]
      : [],
  );
  return disks.length === 0 ? undefined : sumOf(disks);
}

function sumOf(all: readonly Promises[]): Promises {
  const sum = (of: (each: Promises) => number) =>
    all.reduce((before, each) => before + of(each), 0);
  return {
    promised: sum(({ promised }) => promised),
    taken: sum(({ taken }) => taken),
    toCome: sum(({ toCome }) => toCome),
  };
}

/** How many times over the space is promised, more than 1 where some is lacking. */
export function overcommitFactor({ taken, toCome, others, available }: Overcommit): number {
  const wanted = taken + toCome + others.taken + others.toCome;
  return available > 0 ? wanted / available : 0;
}
