import { join } from "node:path";
import type { LaminaBridge } from "../../shared/ipc/channels";
import type { Job } from "../../shared/model/job";
import { makeEndless } from "./endless-image";
import { expect, test } from "./lamina";

test("a conversion stands still while keys are used, and goes on", async ({ folder, launch }) => {
  const source = join(folder, "long.qcow2");
  makeEndless(source);
  const { app, page } = await launch(source);
  await expect(page.getByRole("heading", { name: "long.qcow2" })).toBeVisible();
  const call = <T>(name: string, input: unknown): Promise<T> =>
    page.evaluate(
      async ([called, given]) => {
        const { lamina } = window as unknown as { lamina: LaminaBridge<File> };
        const reply = await lamina.call(called, given);
        if (!reply.ok) throw new Error(reply.failure.message);
        return reply.value as T;
      },
      [name, input] as const,
    );
  const { jobId } = await call<{ jobId: string }>("convert.start", {
    source,
    target: join(folder, "packed.qcow2"),
    format: "qcow2",
    options: {},
    compress: true,
    replace: false,
    verify: false,
  });
  const done = async (): Promise<number> => {
    const jobs = await call<Job[]>("jobs.list", undefined);
    return jobs.find(({ id }) => id === jobId)?.done ?? 0;
  };
  await expect.poll(done).toBeGreaterThan(0);

  // Each as soon as the one before it: nobody types as fast, and none comes too late on a busy machine.
  await app.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents;
    const typing = { keys: 0, timer: undefined as NodeJS.Timeout | undefined };
    typing.timer = setInterval(() => {
      contents?.sendInputEvent({ type: "keyDown", keyCode: "Shift" });
      typing.keys += 1;
    }, 20);
    Object.assign(globalThis, { typing });
  });
  const typed = (): Promise<number> =>
    app.evaluate(() => (globalThis as unknown as { typing: { keys: number } }).typing.keys);
  const convertedInKeys = async (): Promise<number> => {
    const [before, first] = [await done(), await typed()];
    await expect.poll(typed).toBeGreaterThan(first + 25);
    return (await done()) - before;
  };
  await expect.poll(convertedInKeys).toBe(0);
  const held = await done();
  await app.evaluate(() => {
    clearInterval((globalThis as unknown as { typing: { timer: NodeJS.Timeout } }).typing.timer);
  });
  await expect.poll(done).toBeGreaterThan(held);
  await call("jobs.cancel", { jobId });
  await expect(page.getByTestId("jobs-bar")).toContainText(/cancelled/i);
});
