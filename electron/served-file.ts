import { join, sep } from "node:path";

/** The scheme and the origin under which the page is served. */
export const PAGE_SCHEME = "app";
const PAGE_ORIGIN = "app://lamina";
/** Stands in index.html where the nonce of a load goes; the build writes it. */
const NONCE_MARK = "__NONCE__";

const types = new Map([
  ["html", "text/html; charset=utf-8"],
  ["js", "text/javascript; charset=utf-8"],
  ["css", "text/css; charset=utf-8"],
  ["json", "application/json; charset=utf-8"],
  ["svg", "image/svg+xml"],
  ["png", "image/png"],
  ["woff2", "font/woff2"],
]);

/**
 * The file below `folder` that a URL of the page names, with its Content-Type.
 * Undefined for another origin, a type that the page has no use for, and every path that is
 * written in another way than the plain one (encoded separators, "..", drive letters).
 */
export function servedFile(
  folder: string,
  url: string,
): { path: string; type: string } | undefined {
  const prefix = `${PAGE_ORIGIN}/`;
  if (!url.startsWith(prefix)) return undefined;
  const name = url.slice(prefix.length).replace(/[?#].*$/s, "") || "index.html";
  const segments = name.split("/");
  if (!segments.every((segment) => /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(segment))) {
    return undefined;
  }
  const type = types.get(name.slice(name.lastIndexOf(".") + 1));
  return type === undefined ? undefined : { path: join(folder, segments.join(sep)), type };
}

/** The page's Content-Security-Policy; `nonce` is new for every load. */
export function contentPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** Puts the nonce of this load into the page's HTML. */
export function withNonce(html: string, nonce: string): string {
  return html.replaceAll(NONCE_MARK, nonce);
}

/**
 * The origin of the page: our own, or in an unpacked app the development server's that `npm run dev`
 * names, which must be on this machine.
 */
export function pageOrigin(devServer: string | undefined, isPackaged: boolean): string {
  const local = /^http:\/\/(?:127\.0\.0\.1|localhost):\d+(?=\/|$)/.exec(devServer ?? "");
  return local === null || isPackaged ? PAGE_ORIGIN : local[0];
}

/** Whether a request stays inside the app: files of the page, and data: and blob: URLs it made. */
export function staysInside(url: string, origin: string): boolean {
  return (
    url.startsWith(`${origin}/`) ||
    url.startsWith(`blob:${origin}/`) ||
    /^(?:data|devtools):/.test(url) ||
    // The development server tells of changes over a socket.
    (origin !== PAGE_ORIGIN && url.startsWith(`${origin.replace("http:", "ws:")}/`))
  );
}
