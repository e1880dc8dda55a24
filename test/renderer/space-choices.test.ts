import { describe, expect, it } from "vitest";
import { formatModels } from "../../electron/engine";
import { chosenSpace, isSpaceOption, spaceChoices } from "../../renderer/state/space-choices";
import type { FormatId, OptionValues } from "../../shared/model/format";

const specsOf = (format: FormatId) => formatModels().find(({ id }) => id === format)?.options ?? [];

describe("the ways to give a disk its space", () => {
  it.each([
    ["raw", ["thin", "lazy", "eager"]],
    ["qcow2", ["thin", "metadata", "lazy", "eager"]],
    ["vdi", ["thin", "fixed"]],
    ["vpc", ["thin", "fixed"]],
    ["vhdx", ["thin", "fixed"]],
    ["vmdk", ["thin", "fixed"]],
  ] as const)("are for %s: %j", (format, spaces) => {
    expect(spaceChoices(specsOf(format)).map(({ space }) => space)).toEqual(spaces);
  });

  it.each<[FormatId, OptionValues, string | undefined]>([
    ["qcow2", {}, "thin"],
    ["qcow2", { preallocation: "full", cluster_size: 4096 }, "eager"],
    ["vdi", {}, "thin"],
    ["vdi", { static: true }, "fixed"],
    ["vmdk", {}, "thin"],
    ["vmdk", { subformat: "monolithicFlat" }, "fixed"],
    ["vmdk", { subformat: "streamOptimized" }, undefined],
  ])("are told by the options: %s with %j", (format, options, space) => {
    expect(chosenSpace(specsOf(format), options)?.space).toBe(space);
  });

  it("leave an option that is more than space among the others", () => {
    const isSpace = (format: FormatId, name: string) =>
      specsOf(format)
        .filter((spec) => spec.name === name)
        .map(isSpaceOption);
    expect(isSpace("qcow2", "preallocation")).toEqual([true]);
    expect(isSpace("vdi", "static")).toEqual([true]);
    expect(isSpace("vhdx", "subformat")).toEqual([true]);
    expect(isSpace("vmdk", "subformat")).toEqual([false]);
    expect(isSpace("qcow2", "cluster_size")).toEqual([false]);
  });
});
