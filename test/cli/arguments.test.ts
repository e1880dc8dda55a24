import { describe, expect, it } from "vitest";
import { readArguments, type OptionTable } from "../../electron/cli/arguments";

const table: OptionTable = {
  flags: "hpU",
  valued: "fo",
  long: {
    help: { as: "h" },
    format: { as: "f", valued: true },
    "force-share": { as: "U" },
    output: { as: "output", valued: true },
  },
};

function read(...args: string[]): { options: string[]; operands: string[] } {
  const options: string[] = [];
  const operands = readArguments("info", args, table, (option, value) => {
    options.push(value === "" ? option : `${option}=${value}`);
  });
  return { options, operands };
}

describe("readArguments", () => {
  it.each([
    [["-p", "a"], ["p"], ["a"]],
    [["a", "-p", "b"], ["p"], ["a", "b"]],
    [["-pUfraw", "a"], ["p", "U", "f=raw"], ["a"]],
    [["-pUf", "raw", "a"], ["p", "U", "f=raw"], ["a"]],
    [["a", "-f", "b", "c"], ["f=b"], ["a", "c"]],
    [["--format=raw", "--out", "json", "a"], ["f=raw", "output=json"], ["a"]],
    [["--format", "-p", "a"], ["f=-p"], ["a"]],
    [["-p", "--", "-U", "a"], ["p"], ["-U", "a"]],
    [["a", "--", "-U"], [], ["a", "-U"]],
    [["-", "-p"], ["p"], ["-"]],
    [
      ["a", "b", "-p", "c", "-U", "d"],
      ["p", "U"],
      ["a", "b", "c", "d"],
    ],
    [["--output=", "a"], ["output"], ["a"]],
  ])("reads %j", (args, options, operands) => {
    expect(read(...args)).toEqual({ options, operands });
  });

  it.each([
    [["-z"], "unrecognized option '-z'"],
    [["-pz"], "unrecognized option '-pz'"],
    // In the middle of a bundle, getopt's index still stands before it.
    [["-zp"], "unrecognized option 'info'"],
    [["a", "-U", "-zp"], "unrecognized option 'a'"],
    [["--fo", "x"], "unrecognized option '--fo'"],
    [["--help=x"], "unrecognized option '--help=x'"],
    [["-f"], "missing argument for option '-f'"],
    [["a", "--output"], "missing argument for option '--output'"],
  ])("refuses %j", (args, message) => {
    expect(() => read(...args)).toThrow(message);
  });

  it("stops at the first operand when asked to", () => {
    expect(readArguments("lamina", ["-p", "info", "-U"], table, () => undefined, true)).toEqual([
      "info",
      "-U",
    ]);
  });
});
