import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { ElectronApplication } from "@playwright/test";
import type { LaminaBridge } from "../../shared/ipc/channels";
import { expect, test } from "./lamina";

/** Fetches with the page's session, from the main process: what no policy of the page can stop. */
function fetchInSession(app: ElectronApplication, url: string): Promise<string> {
  return app.evaluate(async ({ session }, address) => {
    try {
      const { status } = await session.defaultSession.fetch(address);
      return String(status);
    } catch (error) {
      return String(error);
    }
  }, url);
}

test("the page has no Node and no way out", async ({ launch }) => {
  const { app, page } = await launch();
  const found = await page.evaluate(async () => {
    const permission = await Notification.requestPermission();
    return {
      origin: location.origin,
      node: ["require", "process", "module", "Buffer"].filter((name) => name in window),
      bridge: Object.keys((window as unknown as { lamina: object }).lamina).toSorted(),
      opened: window.open("https://example.com/"),
      permission,
    };
  });
  expect(found).toEqual({
    origin: "app://lamina",
    node: [],
    bridge: ["call", "on", "pathOf"],
    opened: null,
    permission: "denied",
  });

  await page.evaluate(() => {
    location.href = "app://lamina/assets/";
  });
  await page.evaluate(() => {
    location.href = "https://example.com/";
  });
  await page.evaluate(() => new Promise((next) => setTimeout(next, 200)));
  expect(page.url()).toBe("app://lamina/index.html");
  expect(app.windows()).toHaveLength(1);
});

test("what the window is guarded by holds from inside and outside", async ({ launch }) => {
  const { app, page } = await launch();

  await test.step("the window has every guard on", async () => {
    const preferences = await app.evaluate(({ BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows();
      // It knows all of them, unlike getLastWebPreferences' type.
      const { webContents } = window as unknown as {
        webContents: { getLastWebPreferences(): Record<string, unknown> };
      };
      return webContents.getLastWebPreferences();
    });
    expect(preferences).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
    });
    for (const name of [
      "allowRunningInsecureContent",
      "experimentalFeatures",
      "nodeIntegrationInSubFrames",
      "nodeIntegrationInWorker",
    ])
      expect(preferences[name] ?? false, name).toBe(false);
    expect(preferences["enableBlinkFeatures"] ?? "").toBe("");
  });
  await test.step("only Lamina's own page may call", async () => {
    const reply = await app.evaluate(async ({ app: main, BrowserWindow }) => {
      const preload = `${main.getAppPath()}/out/preload/preload.cjs`;
      const other = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true } });
      await other.loadURL("data:text/html,another page");
      const answer: unknown = await other.webContents.executeJavaScript(
        "lamina.call('formats.list')",
      );
      other.destroy();
      return answer;
    });
    expect(reply).toMatchObject({ ok: false, failure: { code: "refused" } });
  });
  await test.step("no request leaves the app", async () => {
    let asked = 0;
    const server = createServer((_request, answer) => {
      asked += 1;
      answer.end("hello");
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    expect(await fetchInSession(app, `http://127.0.0.1:${port}/`)).toContain(
      "ERR_BLOCKED_BY_CLIENT",
    );
    expect(asked).toBe(0);
    server.close();
  });
  await test.step("the scheme serves the page's files only", async () => {
    expect(await fetchInSession(app, "app://lamina/index.html")).toBe("200");
    for (const url of [
      "app://lamina/%2e%2e/main/main.js",
      "app://lamina/..%2fmain/main.js",
      "app://lamina/nothing.js",
      "app://other/index.html",
    ]) {
      expect(await fetchInSession(app, url)).toBe("404");
    }
  });
  await test.step("a call that breaks the contract gets a failure", async () => {
    const replies = await page.evaluate(async () => {
      const { lamina } = window as unknown as { lamina: LaminaBridge<File> };
      return [
        await lamina.call("image.inspect", { path: 7 }),
        await lamina.call("no.such.call", undefined),
        await lamina.call("image.grant", { from: "/a", name: "/etc/shadow" }),
      ];
    });
    for (const reply of replies) {
      expect(reply).toMatchObject({ ok: false, failure: { code: "invalid-argument" } });
    }
  });
  await test.step("every load has its own nonce", async () => {
    const nonce = (): Promise<string | undefined> =>
      page.evaluate(
        () => document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce,
      );
    const first = await nonce();
    expect(first).toMatch(/^[A-Za-z0-9+/]{22}==$/);
    await page.reload();
    expect(await nonce()).not.toBe(first);
  });
});
