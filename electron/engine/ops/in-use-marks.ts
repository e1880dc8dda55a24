import type { FormatId } from "../../../shared/model/format";
import type { ImageUser } from "../../../shared/model/in-use";
import type { XmlElement } from "../codec/xml";
import { ImageError } from "../errors";
import { probeFormat } from "../formats/registry";
import { fileStatus, namesIn, openFile } from "../io/file";
import { folderOf, resolveFrom } from "../io/paths";
import { childOf, xmlFilesIn } from "./xml-files";

/** Formats that VirtualBox gives its machines, and that Hyper-V does. */
const ofVirtualBox: ReadonlySet<FormatId> = new Set(["vdi", "vpc", "vmdk", "parallels"]);
const ofHyperV: ReadonlySet<FormatId> = new Set(["vpc", "vhdx"]);

/** Names in a folder that are looked at, definitions that are read, and marks that are told of a sort. */
const mostNames = 1000;
const mostDefinitions = 16;
const mostMarks = 4;

/**
 * What stays behind in and beside an image whose machine was not shut down. What cannot be read says
 * nothing, and nothing but the names of the folders around the image and VirtualBox's definitions is read.
 * @param path Absolute, without symbolic links.
 */
export function marksOf(path: string): ImageUser[] {
  const source = openFile(path);
  try {
    const format = told(() => probeFormat(source));
    if (format === undefined) return [];
    const mark = told(() => format.leftOpen?.(source)) ?? false;
    return [
      ...(mark === false ? [] : [markedAs(mark === true ? "mark" : mark)]),
      ...(ofVirtualBox.has(format.id) ? virtualBoxMarks(path) : []),
      ...(ofHyperV.has(format.id) ? hyperVMarks(path) : []),
    ];
  } finally {
    source.close();
  }
}

/** What `look` yields; undefined where it cannot be read. */
function told<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    return undefined;
  }
}

const markedAs = (sign: ImageUser["sign"], path?: string): ImageUser => ({
  sign,
  writes: false,
  ...(path !== undefined && { path }),
});

/**
 * VirtualBox keeps a machine's definition, NAME.vbox, in the machine's folder, where its disks lie, too,
 * those of snapshots in a folder of their own below. It says whether the machine has a saved state, and
 * whether it was cut off.
 */
function virtualBoxMarks(path: string): ImageUser[] {
  const folder = folderOf(path);
  const marks: ImageUser[] = [];
  let left = mostDefinitions;
  for (const each of new Set([folder, folderOf(folder)])) {
    for (const { path: file, root } of xmlFilesIn(each, () => left-- > 0, undefined, ".vbox")) {
      const machine = childOf(root, "Machine");
      if (machine === undefined || !namesDisk(machine, each, path)) continue;
      if (machine.attributes.get("stateFile")) marks.push(markedAs("saved-state", file));
      else if (machine.attributes.get("aborted") === "true") marks.push(markedAs("aborted", file));
      if (marks.length >= mostMarks) return marks;
    }
  }
  return marks;
}

/** Whether the machine has the disk: by the places in its registry, which are seen from its folder. */
function namesDisk(machine: XmlElement, folder: string, path: string): boolean {
  const registry = childOf(machine, "MediaRegistry");
  const left = [...((registry && childOf(registry, "HardDisks")?.children) ?? [])];
  for (let disk = left.pop(); disk !== undefined; disk = left.pop()) {
    const location = disk.attributes.get("location");
    if (location !== undefined && resolveFrom(folder, location) === path) return true;
    // Those that stand on it.
    left.push(...disk.children.filter(({ name }) => name === "HardDisk"));
  }
  return false;
}

/**
 * Bytes from which on a .vmrs holds a machine's memory. Every machine has such a file since 2016; only
 * that of one that runs or was saved is as large as its memory, and none has less than 32 MiB.
 */
const leastMemory = 16 * 2 ** 20;

/**
 * Hyper-V keeps a machine's state beside its disk, or in the folder "Virtual Machines" beside that of
 * its disks: a .vsv (before 2016) while it runs or is saved, a .vmrs always.
 */
function hyperVMarks(path: string): ImageUser[] {
  const folder = folderOf(path);
  const marks: ImageUser[] = [];
  for (const each of [folder, resolveFrom(folder, "../Virtual Machines")]) {
    for (const name of told(() => namesIn(each, mostNames)) ?? []) {
      const file = resolveFrom(each, name);
      if (marks.length < mostMarks && isMachineState(file))
        marks.push(markedAs("machine-state", file));
    }
  }
  return marks;
}

function isMachineState(path: string): boolean {
  const extension = /\.(?:vmrs|vsv)$/i.exec(path)?.[0].toLowerCase();
  const status = extension === undefined ? undefined : told(() => fileStatus(path));
  return status?.kind === "file" && (extension === ".vsv" || status.size >= leastMemory);
}
