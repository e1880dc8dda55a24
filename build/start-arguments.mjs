import { resolve } from "node:path";

/**
 * Turns the arguments of `npm start --` into those of Electron. Images become absolute paths,
 * `file:` URLs stay as they are, `--screenshot FILE` becomes `--lamina-screenshot=FILE`, and any
 * other switch is handed on for Chromium.
 *
 * @param {string[]} words
 * @param {{ root: string, from: string, sandbox: boolean }} options the application's folder; the
 *   folder that relative paths start from; whether Chromium's sandbox works here
 * @returns {string[]}
 */
export function electronArguments(words, { root, from, sandbox }) {
  // --log-level=3 keeps Chromium's remarks on a missing bus or GPU off the terminal.
  const switches = ["--log-level=3", ...(sandbox ? [] : ["--no-sandbox"])];
  const forApp = [];
  const images = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (word === "--screenshot" || word.startsWith("--screenshot=")) {
      const file = word === "--screenshot" ? words[++at] : word.slice("--screenshot=".length);
      if (!file) throw new Error("--screenshot needs the name of the file to write");
      forApp.push(`--lamina-screenshot=${resolve(from, file)}`);
    } else if (word.startsWith("-")) {
      switches.push(word);
    } else {
      images.push(/^file:/i.test(word) ? word : resolve(from, word));
    }
  }
  return [...switches, root, ...forApp, ...images];
}
