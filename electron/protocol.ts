import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { app, protocol, session, type ProtocolResponse } from "electron";
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

/**
 * Serves the page's files from `folder`. Not with `protocol.handle`, whose Request and Response are those of
 * undici: loading it, and a stream for each file, took this thread 100 ms while the page waited.
 */
export function servePage(folder: string): void {
  // oxlint-disable-next-line typescript/no-deprecated -- see above
  protocol.registerBufferProtocol(PAGE_SCHEME, (request, answer) => {
    const file = request.method === "GET" ? servedFile(folder, request.url) : undefined;
    if (file === undefined) return answer(notFound);
    try {
      answer(response(readFileSync(file.path), file.type));
    } catch {
      answer(notFound);
    }
  });
}

const notFound: ProtocolResponse = {
  statusCode: 404,
  headers: headers("text/plain"),
  data: Buffer.from("Not found"),
};

/** A document has the policy, with a nonce of this load. */
function response(data: Buffer, type: string): ProtocolResponse {
  if (!type.startsWith("text/html")) return { headers: headers(type), data };
  const nonce = randomBytes(16).toString("base64");
  return {
    headers: {
      ...headers(type),
      "Content-Security-Policy": contentPolicy(nonce),
      "Cache-Control": "no-store",
    },
    data: Buffer.from(withNonce(data.toString(), nonce)),
  };
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
