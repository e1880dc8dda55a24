import { beforeEach, expect, it } from "vitest";
import { keepPage, restorePage } from "../../renderer/state/kept-page";
import { useImages } from "../../renderer/state/images";
import { useSettings } from "../../renderer/state/settings";
import { useView } from "../../renderer/state/view";
import { settingsDefaults } from "../../shared/model/settings";
import { fakeBridge } from "./fake-bridge";
import { report } from "./reports";

beforeEach(() => {
  useImages.setState(useImages.getInitialState(), true);
  useSettings.setState(useSettings.getInitialState(), true);
  useView.setState(useView.getInitialState(), true);
});

it("is written when image or tab changes, and only then", async () => {
  const { calls } = fakeBridge({
    "settings.keepPage": () => undefined,
    "image.inspect": ({ path }) => report(path),
    "image.close": () => undefined,
    "recent.remove": () => settingsDefaults,
  });
  keepPage();
  await useImages.getState().show("/a");
  await useImages.getState().inspect("/a");
  useView.getState().setTab("chain");
  useView.getState().setTab("chain");
  await useImages.getState().remove("/a");
  expect(calls.filter(([name]) => name === "settings.keepPage").map(([, input]) => input)).toEqual([
    { page: { image: "/a", tab: "overview" } },
    { page: { image: "/a", tab: "chain" } },
    {},
  ]);
});

it("comes back at the start, with its tab where there is one", () => {
  fakeBridge({ "image.inspect": ({ path }) => report(path) });
  restorePage(["overview", "chain"]);
  expect(useImages.getState().shown).toBeUndefined();
  useSettings.setState({ settings: { ...settingsDefaults, page: { image: "/a", tab: "chain" } } });
  restorePage(["overview", "chain"]);
  expect([useImages.getState().shown, useView.getState().tab]).toEqual(["/a", "chain"]);
  useSettings.setState({ settings: { ...settingsDefaults, page: { image: "/b", tab: "gone" } } });
  restorePage(["overview", "chain"]);
  expect([useImages.getState().shown, useView.getState().tab]).toEqual(["/b", "chain"]);
});
