import type { ImageUser } from "../../../shared/model/in-use";
import { ImageError } from "../errors";
import { fileStatus, namesIn, realPathOf } from "../io/file";
import {
  holdersOf,
  locksOn,
  lookAtHost,
  loopDevicesOn,
  type FileHolder,
  type HostView,
} from "../io/host-processes";
import { holderByShareMode } from "../io/share-mode";
import { tellsQemu, tellsWriter } from "../io/image-locks";
import { marksOf } from "./in-use-marks";

/** Entries of a lock folder that are looked at. */
const mostLockFiles = 64;

/**
 * Who has an image file open, as far as this host lets us see it; nothing is locked or changed by
 * asking. On Linux: qemu's locks, other processes that may write to it, loop devices. On Windows and
 * macOS: share modes. Everywhere: VMware's lock folders, and marks in and beside the image.
 * @throws ImageError `missing-file`, `io`.
 */
export function whoUses(path: string): ImageUser[] {
  const file = realPathOf(path);
  return [...holdersIn(file), ...marksOf(file)];
}

/** As `whoUses`, without the marks: those who hold it now. @throws ImageError as `whoUses`. */
export function holdersIn(path: string): ImageUser[] {
  return [...processesIn(path, anew), ...withoutProcess(path)];
}

/**
 * As `holdersIn` for each of many files that somebody holds, with one look at the host. What only share
 * modes tell is left out: they would open each file.
 * @param paths Absolute, without symbolic links.
 */
export function holdersAmong(paths: readonly string[]): Map<string, ImageUser[]> {
  const host = lookAtHost(paths);
  const held = new Map<string, ImageUser[]>();
  for (const path of paths) {
    const users = seen(() => [...processesIn(path, host), ...devicesAndFolders(path, host)]);
    if (users.length > 0) held.set(path, users);
  }
  return held;
}

/** The host, asked anew for each file. */
const anew: HostView = { locksOn, holdersOf, loopDevicesOn };

function processesIn(path: string, host: HostView): ImageUser[] {
  const holders = host.holdersOf(path);
  return [
    ...qemuUsers(path, holders, host),
    ...holders.filter(isOtherWriter).map((holder) => userOf(holder, "open")),
  ];
}

/**
 * Who writes to a file that an image stands on. All processes of the host are looked through only where
 * a lock says that there is one. @throws ImageError as `whoUses`.
 */
export function writersIn(path: string): ImageUser[] {
  const file = realPathOf(path);
  const users = tellsWriter(locksOn(file)) ? holdersIn(file) : withoutProcess(file);
  return users.filter(({ writes }) => writes).map((user) => ({ ...user, file: path }));
}

/** Backing files that are asked for: each costs some calls of the host. */
const mostBases = 8;

/**
 * Who has an image open, and who writes to the files that it stands on, the first eight of them. A file
 * that cannot be looked at has nobody.
 */
export function usersOf(path: string, bases: readonly string[]): ImageUser[] {
  const looked = bases.slice(0, mostBases).flatMap((base) => seen(() => writersIn(base)));
  return [...seen(() => whoUses(path)), ...looked];
}

/** Nobody where the host does not let us see it, which keeps nothing from being shown. */
function seen(look: () => ImageUser[]): ImageUser[] {
  try {
    return look();
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    return [];
  }
}

/** Kinds of file systems that other computers or machines may have open, and those of no known kind. */
const elsewhere: ReadonlySet<string> = new Set(["NFS", "SMB", "9P", "FUSE", "unknown"]);

/** Whether the host tells who has a file on a file system of this kind (FileSystem.kind) open. */
export const tellsUsers = (platform: string, kind: string): boolean =>
  platform === "linux" && !elsewhere.has(kind);

/** What tells that somebody holds it, and not which process that is. */
const withoutProcess = (path: string): ImageUser[] => [
  ...devicesAndFolders(path, anew),
  ...shareHolder(path),
];

const devicesAndFolders = (path: string, host: HostView): ImageUser[] => [
  ...host
    .loopDevicesOn(path)
    .map(({ device, readOnly }) => ({ sign: "loop", writes: !readOnly, path: device }) as const),
  ...lockFolder(path),
];

/** Whoever the host's share modes tell of; it does not say who that is. */
function shareHolder(path: string): ImageUser[] {
  const holder = holderByShareMode(path);
  return holder === undefined ? [] : [{ sign: "share", writes: holder === "writer" }];
}

const isOtherWriter = ({ pid, writable, locks }: FileHolder): boolean =>
  writable && pid !== process.pid && !tellsQemu(locks);

/** Those who hold qemu's locks; one without a process where the host hides whose they are. */
function qemuUsers(path: string, holders: readonly FileHolder[], host: HostView): ImageUser[] {
  const known = holders.filter(({ locks }) => tellsQemu(locks));
  const users = known
    .filter(({ pid }) => pid !== process.pid)
    .map((holder) => userOf(holder, "lock"));
  if (known.length > 0) return users;
  const locks = host.locksOn(path);
  return tellsQemu(locks) ? [{ sign: "lock", writes: tellsWriter(locks) }] : [];
}

function userOf(holder: FileHolder, sign: "lock" | "open"): ImageUser {
  const { pid, name, locks, commandLine } = holder;
  const machine = machineOf(commandLine);
  return {
    sign,
    writes: sign === "open" || tellsWriter(locks),
    process: { id: pid, name, ...(machine !== undefined && { machine }) },
  };
}

/** The virtual machine's name in qemu's command line: `-name NAME`, or `-name guest=NAME,...`. */
export function machineOf(commandLine: readonly string[]): string | undefined {
  const at = commandLine.findIndex((word) => word === "-name" || word === "--name");
  const value = at < 0 ? undefined : commandLine[at + 1];
  if (value === undefined) return undefined;
  // A comma within the name is written twice.
  const parts = value.split(/(?<!,),(?!,)/);
  const guest = parts.find((part) => part.startsWith("guest=")) ?? parts[0] ?? "";
  return guest.replace(/^guest=/, "").replaceAll(",,", ",") || undefined;
}

/** VMware keeps a folder with lock files beside a disk that a machine has open. */
function lockFolder(path: string): ImageUser[] {
  const folder = `${path}.lck`;
  if (fileStatus(folder).kind !== "folder") return [];
  const isHeld = namesIn(folder, mostLockFiles).some((name) => name.endsWith(".lck"));
  return isHeld ? [{ sign: "lock-folder", writes: true, path: folder }] : [];
}
