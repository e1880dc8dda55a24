import "./style/mantine.css";
import "@fontsource-variable/inter/wght.css";
import "./style/tokens.css";
import "./style/base.css";
import { setNonce } from "get-nonce";
import { createRoot } from "react-dom/client";
import { call } from "./api/client";
import { App } from "./app";
import { followSettings } from "./follow-settings";
import { onScreen, somethingToShow } from "./settled";
import { start } from "./start";
import { expectFirstPicture } from "./state/first-picture";
import { useSettings } from "./state/settings";
import { attempt } from "./state/view";
import { startText } from "./text/i18n";

// Styles made at run time (Mantine's variables, the scroll lock under a dialog) need the page's nonce.
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? "";
setNonce(nonce);

// Asked for now, it is there when the first text is laid out, which is then laid out once.
void document.fonts.load('13px "Inter Variable"');

const pictureOrdered = expectFirstPicture();
// Theme and language have to be known before the first picture; without them the defaults do.
const known = useSettings
  .getState()
  .load()
  .catch(() => undefined);
// Asked for in the same breath, so that one way to the main process and back is waited for, not four.
attempt(() => start(known));
// After those: the window comes onto the screen while they are answered.
attempt(() => call("app.ready"));
await startText();
await known;
await followSettings();

const root = document.querySelector("#root");
if (root === null) throw new Error("index.html has no #root");
await Promise.all([somethingToShow(), onScreen()]);
createRoot(root).render(<App nonce={nonce} drawn={pictureOrdered} />);
