import { expect, test } from "./lamina";

test("About shows the versions, and the licence of each library that is shipped", async ({
  launch,
}) => {
  const lamina = await launch();
  const { app, page } = lamina;
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  const before = page.getByRole("button", { name: "Theme" });
  await before.focus();
  await app.evaluate(({ Menu }) => {
    Menu.getApplicationMenu()
      ?.items.flatMap((item) => item.submenu?.items ?? [])
      .find((item) => item.label === "About Lamina")
      ?.click();
  });
  const about = page.getByRole("dialog", { name: /^Lamina \d/ });
  await expect(about).toBeVisible();
  const { electron, node } = await app.evaluate(() => process.versions);
  await expect(about.getByText(electron, { exact: true })).toBeVisible();
  await expect(about.getByText(node, { exact: true })).toBeVisible();

  // Of the main process and of the page, bundled and beside the bundle.
  for (const name of ["electron", "koffi", "react", "zod", "@fontsource-variable/inter"]) {
    await expect(about.locator("summary", { hasText: `${name} ` }).first()).toBeAttached();
  }
  const zod = about.getByRole("listitem").filter({ hasText: /^zod / });
  await zod.locator("summary").click();
  await expect(zod.getByText(/^MIT License/)).toBeVisible();
  await lamina.picture("about");
  await about.getByRole("button", { name: "Close" }).click();
  await expect(about).toBeHidden();
  await expect(before).toBeFocused();
});
