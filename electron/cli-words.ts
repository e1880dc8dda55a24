/**
 * The words for the command line when the program was started as one: PROGRAM --cli SWITCH… -- WORD….
 * The launcher `lamina` of the packages does so. Undefined for a start with a window.
 */
export function cliWords(argv: readonly string[]): string[] | undefined {
  if (argv[1] !== "--cli") return undefined;
  const dashes = argv.indexOf("--");
  return dashes < 0 ? [] : argv.slice(dashes + 1);
}
