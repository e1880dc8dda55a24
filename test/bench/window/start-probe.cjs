// Loaded into the main process ahead of the application (electron -r), Lamina or the bare window:
// tells on standard output when the window is shown and has painted what BENCH_WAITS_FOR selects,
// and what it came past on the way, then ends the process.

const { app } = require("electron");

/** Milliseconds since 1970, with their fraction. */
const now = () => performance.timeOrigin + performance.now();
const passed = { main: now() };

// Twice: a frame's callbacks run before it is painted, the next one's after.
const painted = (selector) => `new Promise((done) => {
  const look = () => {
    if (document.querySelector(${JSON.stringify(selector)}) === null) return false;
    requestAnimationFrame(() => requestAnimationFrame(() => done()));
    return true;
  };
  if (look()) return;
  const observer = new MutationObserver(() => look() && observer.disconnect());
  observer.observe(document, { childList: true, subtree: true, attributes: true });
})`;

app.once("ready", () => {
  passed.ready = now();
});
app.on("browser-window-created", (_event, window) => {
  passed.window = now();
  const shown = new Promise((done) => (window.isVisible() ? done() : window.once("show", done)));
  window.webContents.once("dom-ready", () => {
    passed.page = now();
    void tellWhenPainted(window, shown);
  });
});

/**
 * @param {import("electron").BrowserWindow} window
 * @param {Promise<void>} shown
 */
async function tellWhenPainted(window, shown) {
  // The frame's own call: that of the contents would wait for pictures and typefaces.
  await window.webContents.mainFrame.executeJavaScript(
    painted(process.env["BENCH_WAITS_FOR"] ?? "body"),
  );
  await shown;
  passed.painted = now();
  // A first start goes on for as long as it takes to keep what the next ones find.
  const stays = Number(process.env["BENCH_STAYS"] ?? 0);
  await new Promise((next) => setTimeout(next, stays));
  process.stdout.write(`\npassed ${JSON.stringify(passed)}\n`, () => app.exit(0));
}
