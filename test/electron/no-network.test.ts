import { readFileSync, readdirSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import { parseSync, Visitor } from "vite";
import { describe, expect, it } from "vitest";
import { importsOf } from "../build/imports";
import { networkModulesIn, reachesNetwork } from "../helpers/network-modules";

const root = resolve(import.meta.dirname, "../..");

/** All that is shipped. */
const files = ["electron", "renderer", "shared"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name).replaceAll(sep, "/"))
    .filter((name) => /\.tsx?$/.test(name)),
);

/** What reaches the network in a page, in Electron and in any JavaScript. */
const names = new Set([
  "fetch",
  "WebSocket",
  "WebTransport",
  "XMLHttpRequest",
  "EventSource",
  "RTCPeerConnection",
  "sendBeacon",
  "importScripts",
  "openExternal",
  "autoUpdater",
  "crashReporter",
  "ClientRequest",
]);

/** What of a source could reach the network, as `file: name`. */
function reaches(file: string, source: string): string[] {
  const found = importsOf(file, source)
    .filter(({ specifier, typeOnly }) => !typeOnly && reachesNetwork(specifier))
    .map(({ specifier }) => `${file}: ${specifier}`);
  new Visitor({
    Identifier: ({ name }) => {
      if (names.has(name)) found.push(`${file}: ${name}`);
    },
    ImportDeclaration: ({ source: from, specifiers }) => {
      // Electron's own client.
      if (from.value !== "electron") return;
      for (const { local } of specifiers)
        if (local.name === "net" || local.name === "netLog") found.push(`${file}: ${local.name}`);
    },
  }).visit(parseSync(file, source).program);
  return found;
}

describe("no source", () => {
  it("can reach the network", () => {
    expect(files.length).toBeGreaterThan(300);
    expect(files.flatMap((file) => reaches(file, readFileSync(join(root, file), "utf8")))).toEqual(
      [],
    );
  });

  it.each([
    'import { connect } from "node:net";',
    'import https from "https";',
    'const dns = await import("node:dns/promises");',
    'const { get } = createRequire(import.meta.url)("http");',
    'import { net } from "electron";',
    'shell.openExternal("https://example.com/");',
    'await fetch("https://example.com/");',
    'new globalThis.WebSocket("wss://example.com/");',
    'navigator.sendBeacon("https://example.com/");',
  ])("is let through that has %s", (source) => {
    expect(reaches("electron/a.ts", source)).toHaveLength(1);
  });
});

describe("the built command line", () => {
  it("loads nothing that can reach the network, with all that it is bundled with", () => {
    const folder = join(root, "out/cli");
    const scripts = readdirSync(folder).filter((name) => name.endsWith(".cjs"));
    expect(scripts).toContain("lamina.cjs");
    for (const name of scripts)
      expect(networkModulesIn(readFileSync(join(folder, name), "utf8")), name).toEqual([]);
  });

  it.each([
    'require("net")',
    "require(`node:https`)",
    "import('dns/promises')",
    'a.getBuiltinModule("node:child_process")',
  ])("would be caught with %s", (script) => {
    expect(networkModulesIn(`let a=1;${script};`)).toHaveLength(1);
  });
});
