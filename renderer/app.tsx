import { MantineProvider } from "@mantine/core";
import { useColorScheme } from "@mantine/hooks";
import { useEffect, useLayoutEffect, useRef } from "react";
import { DropOverlay } from "./features/drop/drop-overlay";
import { Library } from "./features/library/library";
import { Notice } from "./features/notice/notice";
import { Unfinished } from "./features/unfinished/unfinished";
import { PaletteKey } from "./features/top-bar/palette-key";
import { TopBar } from "./features/top-bar/top-bar";
import { Welcome } from "./features/welcome/welcome";
import styles from "./app.module.css";
import { ErrorBoundary } from "./error-boundary";
import { ImagePage } from "./image-page";
import { imageTabs } from "./image-tabs";
import { later, loadAllLater } from "./later";
import { useSettled } from "./settled";
import { useImages } from "./state/images";
import { useSettings } from "./state/settings";
import { useFirstPicture } from "./state/first-picture";
import { attempt, useView } from "./state/view";
import { cssVariablesResolver, settingsDecide, theme } from "./style/theme";
import { useWindowTitle } from "./window-title";

const About = later(async () => (await import("./features/about/about")).About);
const ChangeDialog = later(
  async () => (await import("./features/change/change-dialog")).ChangeDialog,
);
const ConvertDialog = later(
  async () => (await import("./features/convert/convert-dialog")).ConvertDialog,
);
const SeveralDialog = later(
  async () => (await import("./features/drop/several-dialog")).SeveralDialog,
);
const JobsBar = later(async () => (await import("./features/jobs/jobs-bar")).JobsBar);
const NewDisk = later(async () => (await import("./features/new-disk/new-disk")).NewDisk);
const Palette = later(async () => (await import("./features/palette/palette")).Palette);
const ReceiptDialog = later(
  async () => (await import("./features/receipt/receipt-dialog")).ReceiptDialog,
);
const Settings = later(async () => (await import("./features/settings/settings")).Settings);

interface AppProps {
  /** What styles made at run time need to be let in. */
  nonce: string;
  /** Is called when all is in the document that the first picture shows. */
  drawn: () => void;
}

/** The window. */
export function App({ nonce, drawn }: AppProps) {
  const chosen = useSettings(({ settings }) => settings.theme);
  useLayoutEffect(drawn, [drawn]);
  const system = useColorScheme("light", { getInitialValueInEffect: false });
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariablesResolver}
      colorSchemeManager={settingsDecide}
      forceColorScheme={chosen === "auto" ? system : chosen}
      getStyleNonce={() => nonce}
    >
      <ErrorBoundary>
        <Window />
      </ErrorBoundary>
    </MantineProvider>
  );
}

function Window() {
  useWindowTitle();
  const main = useRef<HTMLElement>(null);
  const page = useView((view) => view.page);
  const shown = useImages((images) => images.shown);
  const place = `${page} ${shown}`;
  const read = useRef(place);
  // Another page, or another image, is read from its top; the first one is there already.
  useLayoutEffect(() => {
    if (read.current !== place) main.current?.scrollTo({ top: 0 });
    read.current = place;
  }, [place]);
  return (
    <div className={styles.window}>
      <Settled />
      <TopBar />
      <div className={styles.middle}>
        <Library />
        <main ref={main} className={styles.main}>
          <Notice />
          <Unfinished />
          <Page />
        </main>
      </div>
      <DropOverlay />
      <PaletteKey />
      <AfterFirstPicture />
    </div>
  );
}

/** What opens over the page, or below it. Nothing of that is there when Lamina starts. */
function AfterFirstPicture() {
  const drawn = useFirstPicture();
  useEffect(() => {
    if (drawn) attempt(loadAllLater);
  }, [drawn]);
  if (!drawn) return null;
  return (
    <>
      <JobsBar />
      <ChangeDialog />
      <ConvertDialog />
      <ReceiptDialog />
      <SeveralDialog />
      <About />
      <Palette tabs={imageTabs.map(({ id }) => id)} pages={["newDisk", "settings"]} />
    </>
  );
}

/** Of its own, so that what it looks at, the tab above all, does not draw the whole window anew. */
function Settled() {
  useSettled();
  return null;
}

function Page() {
  const started = useView((view) => view.started);
  const page = useView((view) => view.page);
  const shown = useImages((images) => images.shown);
  if (page === "settings") return <Settings />;
  if (page === "newDisk") return <NewDisk />;
  if (shown !== undefined) return <ImagePage key={shown} path={shown} />;
  // Until the files of the start are known the page stays empty, not welcoming for a moment.
  return started ? <Welcome /> : null;
}
