import { describe, expect, it } from "vitest";
import { formatModels } from "../../electron/engine";
import { chosenSpace, isSpaceOption, spaceChoices } from "../../renderer/state/space-choices";
import type { FormatId, OptionValues } from "../../shared/model/format";

const specsOf = (format: FormatId) => formatModels().find(({ id }) => id === format)?.options ?? [];

describe("the ways to give a disk its space", () => {
  it.each([
    ["raw", ["thin", "lazy", "eager"]],
    ["qcow2", ["thin", "metadata", "lazy", "eager"]],
    ["vdi", ["thin", "fixed", "lazy", "eager"]],
    ["vpc", ["thin", "fixed", "lazy", "eager"]],
    ["vhdx", ["thin", "fixed", "lazy", "eager"]],
    ["vmdk", ["thin", "fixed", "lazy", "eager"]],
  ] as const)("are for %s: %j", (format, spaces) => {
    expect(spaceChoices(specsOf(format)).map(({ space }) => space)).toEqual(spaces);
  });

  it.each<[FormatId, OptionValues, string | undefined]>([
    ["qcow2", {}, "thin"],
    ["qcow2", { preallocation: "full", cluster_size: 4096 }, "eager"],
    ["vdi", {}, "thin"],
    ["vdi", { static: true }, "fixed"],
    ["vdi", { static: true, preallocation: "falloc" }, "lazy"],
    ["vpc", { subformat: "fixed", preallocation: "off" }, "fixed"],
    ["vhdx", { subformat: "fixed", preallocation: "full" }, "eager"],
    ["vmdk", {}, "thin"],
    ["vmdk", { subformat: "monolithicFlat" }, "fixed"],
    ["vmdk", { subformat: "monolithicFlat", preallocation: "falloc" }, "lazy"],
    ["vmdk", { subformat: "streamOptimized" }, undefined],
  ])("are told by the options: %s with %j", (format, options, space) => {
    expect(chosenSpace(specsOf(format), options)?.space).toBe(space);
  });

  it.each<[FormatId, OptionValues[]]>([
    [
      "vpc",
      [
        { subformat: "dynamic" },
        { subformat: "fixed", preallocation: "off" },
        { subformat: "fixed", preallocation: "falloc" },
        { subformat: "fixed", preallocation: "full" },
      ],
    ],
    [
      "vdi",
      [
        { static: false },
        { static: true, preallocation: "off" },
        { static: true, preallocation: "falloc" },
        { static: true, preallocation: "full" },
      ],
    ],
  ])("ask for all that they need: %s", (format, options) => {
    expect(spaceChoices(specsOf(format)).map((choice) => choice.options)).toEqual(options);
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
