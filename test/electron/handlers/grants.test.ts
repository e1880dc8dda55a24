import { describe, expect, it } from "vitest";
import { createGrants } from "../../../electron/handlers/grants";
import type { ImageReport } from "../../../shared/model/report";

const reference = { from: "/vm/over.qcow2", name: "../base.qcow2", path: "/base.qcow2" };

/** A report of /vm/over.qcow2 over these layers, its base `../base.qcow2` refused or not. */
function report(code: string | undefined, ...layers: string[]): ImageReport {
  const layer = (path: string) => ({
    path,
    format: "qcow2" as const,
    virtualSize: 1,
    fileLength: 1,
    answers: 0,
    holds: 0,
    facts: { snapshots: [], bitmaps: [], details: [] },
  });
  return {
    path: "/vm/over.qcow2",
    name: "over.qcow2",
    folder: "/vm",
    layers: ["/vm/over.qcow2", ...layers].map(layer),
    own: { data: 0, compressed: 0, compressedGuest: 0, rest: 0 },
    ...(code !== undefined && {
      broken: {
        from: "/vm/over.qcow2",
        name: "../base.qcow2",
        path: "/base.qcow2",
        failure: {
          code,
          message: "No.",
          ...(code === "refused" && { reference }),
        },
      },
    }),
  };
}

describe("grants", () => {
  it("allow what an inspection was refused", () => {
    const grants = createGrants();
    grants.note(report("refused"));
    grants.allow("/vm/over.qcow2", "../base.qcow2");
    expect(grants.list()).toEqual(["/base.qcow2"]);
  });

  it.each([undefined, "missing-file"])("allow nothing that was not refused (%s)", (code) => {
    const grants = createGrants();
    grants.note(report(code));
    expect(() => grants.allow("/vm/over.qcow2", "../base.qcow2")).toThrow(/refused/);
    expect(() => grants.allow("/vm/over.qcow2", "/etc/shadow")).toThrow(/refused/);
    expect(grants.list()).toEqual([]);
  });

  it("allow what a failed inspection was refused, until they are cleared", () => {
    const grants = createGrants();
    grants.noteFailure({ code: "refused", message: "No.", reference });
    grants.allow("/vm/over.qcow2", "../base.qcow2");
    expect(grants.list()).toEqual(["/base.qcow2"]);
    grants.note(report(undefined));
    expect(grants.usedBy("/vm/over.qcow2")).toBe(true);
    grants.clear();
    expect(grants.list()).toEqual([]);
  });

  it("allow nothing of a refusal that no grant would mend, such as a device's", () => {
    const grants = createGrants();
    grants.noteFailure({ code: "refused", message: "No.", file: "/dev/sda" });
    expect(() => grants.allow("/dev/sda", "/dev/sda")).toThrow(/refused/);
  });

  it("hold trusted folders, but never everything", () => {
    let trusted = ["/srv/base", "/", "", "relative"];
    const grants = createGrants(() => trusted);
    expect(grants.list()).toEqual([{ folder: "/srv/base" }]);
    trusted = [];
    expect(grants.list()).toEqual([]);
  });

  it("know which image needs a trusted folder", () => {
    const grants = createGrants(() => ["/srv"]);
    grants.note(report(undefined, "/srv/deep/base.qcow2"));
    expect(grants.usedBy("/vm/over.qcow2")).toBe(true);
    grants.note(report(undefined, "/srv-not/base.qcow2"));
    expect(grants.usedBy("/vm/over.qcow2")).toBe(false);
  });

  it("know which image needs them", () => {
    const grants = createGrants();
    grants.note(report("refused"));
    expect(grants.usedBy("/vm/over.qcow2")).toBe(false);
    grants.allow("/vm/over.qcow2", "../base.qcow2");
    grants.note(report(undefined, "/base.qcow2"));
    expect(grants.usedBy("/vm/over.qcow2")).toBe(true);
    grants.note(report(undefined, "/vm/other.qcow2"));
    expect(grants.usedBy("/vm/over.qcow2")).toBe(false);
  });
});
