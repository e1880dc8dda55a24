import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  changedRanges,
  deleteSnapshots,
  freedBy,
  listSnapshots,
  openImage,
  snapshotTree,
} from "../../../../electron/engine";
import { describeWithQemu, qemuImg, qemuIo } from "../../../helpers/qemu-img";
import { rounds } from "../../../helpers/rounds";
import { random } from "../../../helpers/seed";
import { tempFolder } from "../../../helpers/temp-folder";
import { randomHistory, type History } from "./random-history";

const histories = rounds(30, 100);
/** Not the run's seed: a handful of histories is really ambiguous, and which ones is not the point. */
const firstSeed = 1000;

const parentsIn = (path: string) => snapshotTree({ path }).nodes.map(({ parent }) => parent);

describe("the tree of snapshots", () => {
  it(`comes back right in 95 of 100 random histories (${histories}, seeds from ${firstSeed})`, () => {
    const folder = tempFolder();
    const wrong: string[] = [];
    for (let i = 0; i < histories; i++) {
      const { path, parents } = randomHistory(
        random(firstSeed + i),
        join(folder, `${i}.qcow2`),
        14,
      );
      const found = parentsIn(path);
      if (found.join() !== parents.join())
        wrong.push(`seed ${firstSeed + i}: [${found.join()}] is not [${parents.join()}]`);
    }
    expect(wrong.length, wrong.join("\n")).toBeLessThanOrEqual(Math.ceil(histories * 0.05));
  });

  it("tells what each shares with its parent and what it would give back", () => {
    const { path, parents, contents } = randomHistory(random(7), join(tempFolder(), "a.qcow2"), 12);
    const { nodes } = snapshotTree({ path });
    nodes.forEach((node, i) => {
      expect(node.parent).toBe(parents[i]);
      const own = contents[i]!;
      const above = node.parent === null ? [] : contents[node.parent]!;
      const stored = own.filter((write) => write !== 0).length;
      const shared = own.filter((write, c) => write !== 0 && write === above[c]).length;
      expect(node.sharedWithParent).toBe(shared * 512);
      expect(node.own).toBe((stored - shared) * 512);
      if (node.index !== null) expect(node.exclusiveBytes).toBe(freedBy(path, [node.index]));
    });
    const others = contents.slice(0, -1);
    const alone = contents
      .at(-1)!
      .filter((write, c) => write !== 0 && others.every((other) => other[c] !== write)).length;
    expect(nodes.at(-1)).toMatchObject({ index: null, exclusiveBytes: alone * 512 });
  });

  it("gives the children of a deleted snapshot to its parent", () => {
    const { path } = randomHistory(random(7), join(tempFolder(), "a.qcow2"), 12);
    const before = parentsIn(path);
    const middle = before.findIndex((parent, i) => parent !== null && before.includes(i));
    deleteSnapshots(path, [middle]);
    const expected = before
      .map((parent) => (parent === middle ? before[middle]! : parent))
      .filter((_, i) => i !== middle)
      .map((parent) => (parent !== null && parent > middle ? parent - 1 : parent));
    expect(parentsIn(path)).toEqual(expected);
  });
});

describe("libvirt's notes of snapshots", () => {
  const note = (name: string, parent?: string, active = 0): string =>
    `<domainsnapshot><name>${name}</name>${parent === undefined ? "" : `<parent><name>${parent}</name></parent>`}<active>${active}</active></domainsnapshot>`;

  function history(): History {
    return randomHistory(random(7), join(tempFolder(), "a.qcow2"), 12);
  }

  it("win over the clusters, from a folder or beside the image", () => {
    const { path } = history();
    const names = listSnapshots(path).map(({ name }) => name);
    const folder = join(path, "..", "notes");
    mkdirSync(folder);
    names.forEach((name, i) =>
      writeFileSync(join(folder, `${name}.xml`), note(name, i === 0 ? undefined : names[0])),
    );
    const { nodes } = snapshotTree({ path, libvirt: folder });
    expect(nodes.slice(0, -1).map(({ parent }) => parent)).toEqual(
      names.map((_, i) => (i === 0 ? null : 0)),
    );
    expect(nodes[1]).toMatchObject({ confidence: 1, evidence: "libvirt" });

    writeFileSync(`${path}.last.xml`, note(names.at(-1)!, names[0], 1));
    const beside = snapshotTree({ path }).nodes;
    expect(beside.at(-2)).toMatchObject({ parent: 0, evidence: "libvirt" });
    expect(beside.at(-1)).toMatchObject({ parent: names.length - 1, evidence: "libvirt" });
    expect(beside[1]!.evidence).toBe("clusters");
  });

  it("are passed over when they are damaged, loop, or are of something else", () => {
    const { path, parents } = history();
    const [first, second] = listSnapshots(path).map(({ name }) => name);
    writeFileSync(`${path}.1.xml`, "<domainsnapshot><name>");
    writeFileSync(`${path}.2.xml`, `<domain><name>${first}</name></domain>`);
    writeFileSync(`${path}.3.xml`, note(second!, "gone"));
    writeFileSync(`${path}.4.xml`, `<!DOCTYPE x [<!ENTITY a "b">]>${note(first!)}`);
    mkdirSync(`${path}.5.xml`);
    expect(parentsIn(path)).toEqual(parents);
  });
});

describeWithQemu("what was changed between two snapshots", () => {
  it("is what was written, and nothing else", () => {
    const path = join(tempFolder(), "a.qcow2");
    qemuImg(["create", "-q", "-f", "qcow2", path, "1000M"]);
    qemuIo(path, "qcow2", ["write 0 1M", "write 600M 1M"]);
    qemuImg(["snapshot", "-c", "one", path]);
    qemuIo(path, "qcow2", ["write 64k 1k", "write 700M 128k"]);
    qemuImg(["snapshot", "-c", "two", path]);
    qemuIo(path, "qcow2", ["write -z 128k 64k", "discard 900M 1M"]);
    expect(changedRanges({ path }, 0, 1)).toEqual({
      size: 1000 * 2 ** 20,
      changed: 3 * 65536,
      ranges: [
        { at: 65536, length: 65536 },
        { at: 700 * 2 ** 20, length: 131072 },
      ],
      moreRanges: 0,
    });
    expect(changedRanges({ path }, 1, null).ranges).toEqual([{ at: 131072, length: 65536 }]);
    expect(changedRanges({ path }, 1, 1).changed).toBe(0);
    expect(() => changedRanges({ path }, 0, 2)).toThrow("no snapshot 2");
  });

  it("covers every byte that reads differently", () => {
    const { path } = randomHistory(random(11), join(tempFolder(), "a.qcow2"), 10);
    const read = (snapshot: number): Uint8Array => {
      const image = openImage({ path, grants: [], snapshot });
      const bytes = new Uint8Array(image.size);
      image.read(0, bytes);
      image.close();
      return bytes;
    };
    const [a, b] = [read(0), read(1)];
    const { ranges } = changedRanges({ path }, 0, 1);
    const missed = [...a.keys()].filter(
      (i) => a[i] !== b[i] && !ranges.some(({ at, length }) => i >= at && i < at + length),
    );
    expect(missed).toEqual([]);
    expect(a).not.toEqual(b);
  });
});
