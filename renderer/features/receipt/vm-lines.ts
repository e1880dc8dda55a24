import type { FormatId, OptionValues } from "../../../shared/model/format";

/** Lines for the definition of a virtual machine, in the words of one program. */
export interface VmLines {
  readonly system: "libvirt" | "virtualbox" | "vmware" | "hyper-v" | "qemu";
  readonly text: string;
}

/** What VirtualBox reads and writes. */
const forVirtualBox: ReadonlySet<FormatId> = new Set(["vdi", "vmdk", "vpc"]);
const forHyperV: ReadonlySet<FormatId> = new Set(["vpc", "vhdx"]);

/**
 * How machines name the image; only of programs that take its format.
 * @param path Absolute path of the image.
 */
export function vmLines(path: string, format: FormatId, options: OptionValues): VmLines[] {
  const lines: VmLines[] = [
    {
      system: "libvirt",
      text: `<driver name="qemu" type="${format}"/>\n<source file="${xmlText(path)}"/>`,
    },
    {
      system: "qemu",
      text: `-drive file=${quoted(path.replaceAll(",", ",,"))},format=${format},if=virtio`,
    },
  ];
  // A machine cannot write to a stream-optimized disk.
  const forTransport = options["subformat"] === "streamOptimized";
  if (forVirtualBox.has(format) && !forTransport)
    lines.push({
      system: "virtualbox",
      text: `VBoxManage storageattach NAME --storagectl SATA --port 0 --device 0 --type hdd --medium ${quoted(path)}`,
    });
  if (format === "vmdk" && !forTransport)
    lines.push({
      system: "vmware",
      text: `scsi0:0.present = "TRUE"\nscsi0:0.fileName = "${path}"`,
    });
  if (forHyperV.has(format))
    lines.push({
      system: "hyper-v",
      text: `Add-VMHardDiskDrive -VMName NAME -Path '${path.replaceAll("'", "''")}'`,
    });
  return lines;
}

function xmlText(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** One word for a POSIX shell, and for that of Windows where the path is one of its. */
function quoted(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  return word.startsWith("/") ? `'${word.replaceAll("'", String.raw`'\''`)}'` : `"${word}"`;
}
