import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { app, protocol, session } from "electron";
import { contentPolicy, PAGE_SCHEME, servedFile, staysInside, withNonce } from "./served-file";

/** Must run before Electron is ready. */
export function declareScheme(): void {
  protocol.registerSchemesAsPrivileged([
    {
      scheme: PAGE_SCHEME,
      privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
    },
  ]);
}

/** Serves the page's files from `folder`. */
export function servePage(folder: string): void {
  protocol.handle(PAGE_SCHEME, async (request) => {
    const file = request.method === "GET" ? servedFile(folder, request.url) : undefined;
    if (file === undefined) return new Response("Not found", { status: 404 });
    try {
      return file.type.startsWith("text/html")
        ? html(await readFile(file.path, "utf8"))
        : new Response(await readFile(file.path), { headers: headers(file.type) });
    } catch {
      return new Response("Not found", { status: 404 });
    }
  });
}

function html(text: string): Response {
  const nonce = randomBytes(16).toString("base64");
  return new Response(withNonce(text, nonce), {
    headers: {
      ...headers("text/html; charset=utf-8"),
      "Content-Security-Policy": contentPolicy(nonce),
      "Cache-Control": "no-store",
    },
  });
}

function headers(type: string): Record<string, string> {
  return { "Content-Type": type, "X-Content-Type-Options": "nosniff" };
}

/**
 * Shuts what a page could reach besides its own files: the network, permissions, downloads,
 * other pages, other windows. Electron must be ready. `origin` is the page's.
 */
export function lockDown(origin: string): void {
  const { defaultSession } = session;
  defaultSession.webRequest.onBeforeRequest((details, answer) => {
    answer({ cancel: !staysInside(details.url, origin) });
  });
  defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  defaultSession.setPermissionCheckHandler(() => false);
  defaultSession.setDevicePermissionHandler(() => false);
  // Chromium would fetch a dictionary past the request handler, whatever the window says.
  defaultSession.setSpellCheckerEnabled(false);
  defaultSession.setSpellCheckerLanguages([]);
  defaultSession.on("will-download", (event) => event.preventDefault());
  app.on("web-contents-created", (_event, contents) => {
    contents.on("will-navigate", (event) => event.preventDefault());
    contents.on("will-frame-navigate", (event) => event.preventDefault());
    contents.on("will-redirect", (event) => event.preventDefault());
    contents.on("will-attach-webview", (event) => event.preventDefault());
    contents.setWindowOpenHandler(() => ({ action: "deny" }));
  });
}
