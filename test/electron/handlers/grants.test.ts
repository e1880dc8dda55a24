import { describe, expect, it } from "vitest";
import { createGrants } from "../../../electron/handlers/grants";
import type { ImageReport } from "../../../shared/model/report";

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
        failure: { code, message: "No." },
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
