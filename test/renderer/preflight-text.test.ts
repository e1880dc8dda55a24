import { describe, expect, it } from "vitest";
import {
  preflightFindingIdSchema,
  purposeSchema,
  type PreflightFinding,
} from "../../shared/model/preflight";
import { en } from "../../renderer/text/en";
import { findingText, purposeText } from "../../renderer/ui/preflight-text";
import { english as t } from "../helpers/english";

const plain = (keys: readonly string[]): string[] => [
  ...new Set(keys.map((key) => key.replace(/_(one|other)$/, ""))),
];

describe("the texts of the checks before a conversion", () => {
  it("exist for every finding and every purpose, and for nothing else", () => {
    expect(plain(Object.keys(en.preflight.finding)).sort()).toEqual(
      [...preflightFindingIdSchema.options].sort(),
    );
    for (const part of [en.preflight.purpose, en.preflight.takes])
      expect(Object.keys(part)).toEqual([...purposeSchema.options]);
    expect(purposeText("azure-2", t)).toEqual({
      name: "Azure, generation 2",
      takes: "A fixed VHD of whole MiB; the machine starts by UEFI",
    });
  });

  it.each<[PreflightFinding, string]>([
    [
      { id: "azure-whole-mib", level: "stop", values: { size: 1_048_064, whole: 2 ** 20 } },
      "Azure takes disks of whole MiB: 1,023.5 KiB must grow to 1 MiB.",
    ],
    [
      { id: "snapshots-left", level: "note", values: { count: 2 } },
      "2 internal snapshots stay behind in the source.",
    ],
    [
      { id: "partition-not-aligned", level: "note", values: { number: 3, count: 1 } },
      "Partition 3 does not begin at whole 4 KiB: writing there is slower.",
    ],
    [
      { id: "chain-broken", level: "stop", values: { name: "a & b" } },
      "The chain ends at a & b, which was not opened. Mend it first.",
    ],
  ])("name the values of a finding: %j", (finding, text) => {
    expect(findingText(finding, t).replaceAll("\u00a0", " ")).toBe(text);
  });
});
