import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { describeWithQemu, qemuImg } from "../helpers/qemu-img";
import { bundle, run } from "./programs";

const page = readFileSync(resolve(import.meta.dirname, "../../docs/qemu-img.md"), "utf8");

/** The cells of the page's rows between two headings. */
function rowsUnder(heading: string): string[][] {
  const part = page.slice(page.indexOf(`\n${heading}\n`));
  const end = part.indexOf("\n## ", 1);
  return Array.from(part.slice(0, end).matchAll(/^\|(.*)\|$/gm), ([, row = ""]) =>
    row.split("|").map((cell) => cell.trim()),
  );
}

/** The options in a line of a help's syntax, as `-x` and `--long`. */
const optionsIn = (text: string): string[] => [
  ...new Set(text.match(/(?<![\w-])(?:--[a-z][a-z-]*|-[A-Za-z])(?![\w-])/g)),
];

/** Each command of a help with its options. */
function commandsIn(help: string): [command: string, options: string[]][] {
  const syntax = help.slice(help.indexOf("Command syntax:"), help.indexOf("Command parameters:"));
  return Array.from(syntax.matchAll(/^ {2}([a-z]+) (.*)$/gm), ([, command = "", rest = ""]) => [
    command,
    optionsIn(rest),
  ]);
}

/** What the table of options tells of a command. */
function documented(command: string): Set<string> {
  const rows = rowsUnder("## Options").filter(([commands = ""]) =>
    ["all", command].some((each) => commands.split(", ").includes(each)),
  );
  return new Set(rows.flatMap(([, options = ""]) => optionsIn(options.replaceAll("`", " "))));
}

describeWithQemu("docs/qemu-img.md", () => {
  it("has a row for every command and option of qemu-img", () => {
    const commands = commandsIn(qemuImg(["--help"]));
    expect(commands.length).toBeGreaterThan(14);
    const named = rowsUnder("## Commands")
      .map(([names = ""]) => names)
      .join();
    for (const [command, options] of commands) {
      expect(named).toContain(`\`${command}\``);
      const missing = options.filter((option) => !documented(command).has(option));
      expect(missing, command).toEqual([]);
    }
  });

  it("has a row for every option of Lamina's own", async () => {
    const { stdout } = await run(process.execPath, [bundle, "--help"], ".");
    for (const [command, options] of commandsIn(stdout)) {
      const missing = options.filter((option) => !documented(command).has(option));
      expect(missing, command).toEqual([]);
    }
  });
});
