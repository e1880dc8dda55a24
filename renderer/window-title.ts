import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { nameOf } from "./api/paths";
import { useImages } from "./state/images";
import { useView } from "./state/view";

/** Names the window after what it shows: that is what the desktop lists. */
export function useWindowTitle(): void {
  const { t } = useTranslation();
  const page = useView((view) => view.page);
  const shown = useImages((images) => images.shown);
  const image = shown === undefined ? undefined : nameOf(shown);
  const what = page === "image" ? image : t(`${page}.title`);
  const title = what === undefined ? t("app.name") : t("app.title", { what });
  useEffect(() => {
    document.title = title;
  }, [title]);
}
