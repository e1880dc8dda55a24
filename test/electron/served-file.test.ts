import { describe, expect, it } from "vitest";
import {
  contentPolicy,
  pageOrigin,
  servedFile,
  staysInside,
  withNonce,
} from "../../electron/served-file";

const own = "app://lamina";

describe.skipIf(process.platform === "win32")("the page's files", () => {
  it.each([
    ["app://lamina/", "/out/index.html", "text/html; charset=utf-8"],
    ["app://lamina/index.html?x=1#top", "/out/index.html", "text/html; charset=utf-8"],
    [
      "app://lamina/assets/index-B_x1.js",
      "/out/assets/index-B_x1.js",
      "text/javascript; charset=utf-8",
    ],
    ["app://lamina/assets/inter.woff2", "/out/assets/inter.woff2", "font/woff2"],
  ])("serve %s", (url, path, type) => {
    expect(servedFile("/out", url)).toEqual({ path, type });
  });

  it.each([
    "app://lamina/../main/main.js",
    "app://lamina/assets/../../main/main.js",
    "app://lamina/%2e%2e/main/main.js",
    "app://lamina/assets%2F..%2F..%2Fmain.js",
    String.raw`app://lamina/..\main\main.js`,
    "app://lamina//etc/hosts.html",
    "app://lamina/C:/x.html",
    "app://lamina/.hidden.js",
    "app://lamina/index.html\0.js",
    "app://lamina/program.exe",
    "app://lamina/constructor",
    "app://lamina.evil/index.html",
    "app://other/index.html",
    "https://lamina/index.html",
    "file:///out/index.html",
  ])("do not serve %s", (url) => {
    expect(servedFile("/out", url)).toBeUndefined();
  });

  it("carry the nonce of their load everywhere it stands", () => {
    const html = `<meta property="csp-nonce" nonce="__NONCE__"><script nonce="__NONCE__">`;
    expect(withNonce(html, "q+/=")).toBe(
      `<meta property="csp-nonce" nonce="q+/="><script nonce="q+/=">`,
    );
  });
});

describe("the page's policy", () => {
  it("lets in its own files and what bears the nonce, nothing else", () => {
    const rules = contentPolicy("abc").split("; ");
    expect(rules[0]).toBe("default-src 'none'");
    expect(rules).toContain("script-src 'self' 'nonce-abc'");
    expect(rules).toContain("style-src 'self' 'nonce-abc'");
    expect(rules.join(" ")).not.toMatch(/unsafe|\*|https?:/);
  });
});

describe("where the page is from", () => {
  it.each([
    [undefined, false, own],
    ["http://127.0.0.1:5173", false, "http://127.0.0.1:5173"],
    ["http://localhost:5173/", false, "http://localhost:5173"],
    ["http://127.0.0.1:5173", true, own],
    ["http://127.0.0.1:5173.evil.example/", false, own],
    ["http://127.0.0.1.evil.example:80/", false, own],
    ["https://evil.example", false, own],
    ["", false, own],
  ])("development server %s, packed %s: %s", (server, isPackaged, origin) => {
    expect(pageOrigin(server, isPackaged)).toBe(origin);
  });
});

describe("requests", () => {
  it.each([
    ["app://lamina/index.html", true],
    ["data:image/png;base64,AA", true],
    ["devtools://devtools/bundled/a.js", true],
    ["blob:app://lamina/1", true],
    ["app://lamina.evil/a", false],
    ["http://127.0.0.1:5173/", false],
    ["https://example.com/", false],
    ["ws://127.0.0.1:5173/", false],
    ["file:///etc/passwd", false],
  ])("%s stay inside: %s", (url, inside) => {
    expect(staysInside(url, own)).toBe(inside);
  });

  it("of a page under development reach its server and no other", () => {
    const origin = "http://127.0.0.1:5173";
    expect(staysInside("http://127.0.0.1:5173/main.tsx", origin)).toBe(true);
    expect(staysInside("ws://127.0.0.1:5173/?token=1", origin)).toBe(true);
    expect(staysInside("http://127.0.0.1:8080/", origin)).toBe(false);
  });
});
