import { MantineProvider } from "@mantine/core";
import { useColorScheme } from "@mantine/hooks";
import { useLayoutEffect, useRef } from "react";
import { About } from "./features/about/about";
import { ChangeDialog } from "./features/change/change-dialog";
import { ConvertDialog } from "./features/convert/convert-dialog";
import { DropOverlay } from "./features/drop/drop-overlay";
import { SeveralDialog } from "./features/drop/several-dialog";
import { JobsBar } from "./features/jobs/jobs-bar";
import { Library } from "./features/library/library";
import { NewDisk } from "./features/new-disk/new-disk";
import { Notice } from "./features/notice/notice";
import { Palette } from "./features/palette/palette";
import { ReceiptDialog } from "./features/receipt/receipt-dialog";
import { Settings } from "./features/settings/settings";
import { Unfinished } from "./features/unfinished/unfinished";
import { TopBar } from "./features/top-bar/top-bar";
import { Welcome } from "./features/welcome/welcome";
import styles from "./app.module.css";
import { ErrorBoundary } from "./error-boundary";
import { ImagePage } from "./image-page";
import { imageTabs } from "./image-tabs";
import { useSettled } from "./settled";
import { useImages } from "./state/images";
import { useSettings } from "./state/settings";
import { useView } from "./state/view";
import { cssVariablesResolver, settingsDecide, theme } from "./style/theme";
import { useWindowTitle } from "./window-title";

/** The window. `nonce` is what styles made at run time need to be let in. */
export function App({ nonce }: { nonce: string }) {
  const chosen = useSettings(({ settings }) => settings.theme);
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
  // Another page, or another image, is read from its top.
  useLayoutEffect(() => main.current?.scrollTo({ top: 0 }), [page, shown]);
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
      <JobsBar />
      <ChangeDialog />
      <ConvertDialog />
      <ReceiptDialog />
      <DropOverlay />
      <SeveralDialog />
      <About />
      <Palette tabs={imageTabs.map(({ id }) => id)} pages={["newDisk", "settings"]} />
    </div>
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
