import type { DomainsRequest, DomainUse } from "../../../../shared/model/domains";
import type { XmlElement } from "../../codec/xml";

/** What a `disk` of a domain says of its image. */
interface Declared {
  readonly driver: XmlElement | undefined;
  readonly source: XmlElement | undefined;
  /** Whether its `source` is the image, and not one of its name elsewhere. */
  readonly here: boolean;
}

/** What libvirt calls a format; undefined for one that its definitions have no name for. */
const libvirtTypes: Readonly<Record<string, string>> = {
  raw: "raw",
  iso: "raw",
  qcow2: "qcow2",
  qcow: "qcow",
  vmdk: "vmdk",
  vdi: "vdi",
  vpc: "vpc",
  dmg: "dmg",
};

/** What in a definition does not fit the image, with the element that would. */
export function findingsOf(
  { driver, source, here }: Declared,
  { path, format }: DomainsRequest,
): DomainUse["findings"] {
  const findings: DomainUse["findings"] = [];
  const right = libvirtTypes[format];
  const type = driver?.attributes.get("type");
  if (right !== undefined && right !== (type ?? "raw")) {
    const id =
      type === undefined ? "undeclared" : type === "raw" ? "raw-declared" : "other-declared";
    const given = driver?.attributes ?? new Map([["name", "qemu"]]);
    findings.push({ id, line: elementText("driver", new Map([...given, ["type", right]])) });
  }
  if (!here) {
    const attributes = new Map([...(source?.attributes ?? []), ["file", path]]);
    findings.push({ id: "elsewhere", line: elementText("source", attributes) });
  }
  return findings;
}

/** An element without content, as libvirt writes it. */
function elementText(name: string, attributes: ReadonlyMap<string, string>): string {
  const written = Array.from(attributes, ([key, value]) => ` ${key}='${escaped(value)}'`);
  return `<${name}${written.join("")}/>`;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "'": "&apos;",
};

const escaped = (text: string): string => text.replace(/[&<>']/g, (sign) => entities[sign] ?? sign);
