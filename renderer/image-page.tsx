import { Loader, Tabs } from "@mantine/core";
import { memo, useDeferredValue } from "react";
import { useTranslation } from "react-i18next";
import type { ImageReport } from "../shared/model/report";
import { nameOf } from "./api/paths";
import { RefusedNote } from "./features/chain/refused-note";
import { FailurePage } from "./features/failure/failure-page";
import { MemberPage } from "./features/failure/member-page";
import { ImageHead } from "./features/image/image-head";
import { InUseBanner } from "./features/image/in-use-banner";
import { imageTabs } from "./image-tabs";
import { useImages } from "./state/images";
import { useView, type ImageTab } from "./state/view";
import styles from "./image-page.module.css";

/** The page of one image, in whatever state it is known. */
export function ImagePage({ path }: { path: string }) {
  const { t } = useTranslation();
  const view = useImages(({ views }) => views[path]);
  switch (view?.state) {
    case "ready":
      return <ReadyPage report={view.report} />;
    case "failed":
      if (view.failure.code === "choose-member") return <MemberPage path={path} />;
      return (
        <FailurePage path={path} failure={view.failure}>
          {view.failure.reference && <RefusedNote path={path} reference={view.failure.reference} />}
        </FailurePage>
      );
    default:
      return (
        <div className={styles.loading} role="status">
          <Loader size="sm" />
          {t("image.loading", { name: nameOf(path) })}
        </div>
      );
  }
}

function ReadyPage({ report }: { report: ImageReport }) {
  const { t } = useTranslation();
  const tab = useView((view) => view.tab);
  const setTab = useView((view) => view.setTab);
  // The chosen tab answers with the next frame; what it shows takes the place of the other when it is drawn.
  const drawn = useDeferredValue(tab);
  return (
    <>
      <ImageHead report={report} />
      <InUseBanner users={report.inUse} />
      <Tabs
        value={tab}
        onChange={(value) => setTab(value as ImageTab)}
        keepMounted={false}
        classNames={{ list: styles.tabs, tab: styles.tab, panel: styles.panel }}
      >
        <Tabs.List aria-label={t("image.tabs.label")}>
          {imageTabs.map(({ id }) => (
            <Tabs.Tab key={id} value={id}>
              {t(`image.tabs.${id}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={tab}>
          <div className={styles.content} inert={drawn !== tab}>
            <Content key={drawn} tab={drawn} report={report} />
          </div>
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

/** What a tab shows. */
const Content = memo(function Content({ tab, report }: { tab: ImageTab; report: ImageReport }) {
  const Panel = imageTabs.find(({ id }) => id === tab)?.Panel;
  return Panel && <Panel report={report} />;
});
