import { describe, expect, it } from "vitest";
import { cliWords } from "../../electron/cli-words";

describe("a start as the command line", () => {
  it("hands on what stands behind the first --", () => {
    const switches = ["--no-sandbox", "--headless"];
    expect(cliWords(["lamina", "--cli", ...switches, "--", "info", "--", "-x"])).toEqual([
      "info",
      "--",
      "-x",
    ]);
    expect(cliWords(["lamina", "--cli", ...switches, "--"])).toEqual([]);
    expect(cliWords(["lamina", "--cli"])).toEqual([]);
  });

  it("is asked for by the first word only: a file manager's file cannot", () => {
    expect(cliWords(["lamina", "disk.raw", "--cli", "--", "info"])).toBeUndefined();
    expect(cliWords(["lamina", "--", "--cli"])).toBeUndefined();
    expect(cliWords(["lamina"])).toBeUndefined();
  });
});
