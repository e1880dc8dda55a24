import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { z } from "zod";
import type { LaminaBridge } from "../../shared/ipc/channels";
import { networkModulesIn } from "../helpers/network-modules";
import { qemuImg } from "../helpers/qemu-img";
import { makeEndless } from "./endless-image";
import { expect, test } from "./lamina";
import { waysOut } from "./sockets";

/** What Chromium writes with --log-net-log, as far as it is looked at. */
const netLogSchema = z.object({
  constants: z.object({ logEventTypes: z.record(z.string(), z.number()) }),
  events: z.array(
    z.object({ type: z.number(), params: z.object({ url: z.string().optional() }).optional() }),
  ),
});

/** Events that only the way to another machine makes. */
const outgoing =
  /^(?:TCP_CONNECT|TCP_CONNECT_ATTEMPT|UDP_CONNECT|HOST_RESOLVER_(?:MANAGER_)?(?:REQUEST|JOB)|SSL_CONNECT|SOCKET_POOL_CONNECT_JOB|HTTP_TRANSACTION_SEND_REQUEST)/;

/** Names of the events in a log that must not be there, and the URLs that were asked for. */
function outgoingIn(path: string): { events: string[]; urls: string[] } {
  const { constants, events } = netLogSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  const names = new Map(Object.entries(constants.logEventTypes).map(([name, id]) => [id, name]));
  const found = events
    .map(({ type }) => names.get(type) ?? "")
    .filter((name) => outgoing.test(name));
  const urls = events.flatMap(({ params }) => params?.url ?? []);
  return { events: found, urls: urls.filter((url) => /^(?:https?|wss?|ftp):/.test(url)) };
}

test("nothing connects to anywhere, from the start to the end", async ({ folder, launch }) => {
  const image = join(folder, "disk.qcow2");
  qemuImg(["create", "-q", "-f", "qcow2", image, "16M"]);
  const log = join(folder, "net.json");
  const { app, page, close } = await launch(`--log-net-log=${log}`, image);
  // Node's own way out, in the main process: every connection and every question for a name.
  await app.evaluate(() => {
    const tried: string[] = [];
    const { Socket } = process.getBuiltinModule("node:net");
    const connect = Socket.prototype.connect;
    Socket.prototype.connect = function (this: InstanceType<typeof Socket>, ...to: unknown[]) {
      tried.push(JSON.stringify(to));
      return Reflect.apply(connect, this, to) as typeof this;
    };
    const dns = process.getBuiltinModule("node:dns");
    const { lookup } = dns;
    dns.lookup = ((name: string, ...rest: unknown[]) => {
      tried.push(name);
      return Reflect.apply(lookup, dns, [name, ...rest]) as unknown;
    }) as typeof lookup;
    Object.assign(globalThis, { laminaTried: tried });
  });
  await expect(page.getByRole("heading", { name: "disk.qcow2", level: 1 })).toBeVisible();
  await page.getByRole("tab", { name: "Chain" }).click();
  await page.reload();
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  const tried = await app.evaluate(
    () => (globalThis as unknown as { laminaTried: string[] }).laminaTried,
  );
  expect(tried).toEqual([]);
  await close();
  expect(outgoingIn(log)).toEqual({ events: [], urls: [] });
});

test("the log would tell of a connection", async ({ folder, launch }) => {
  const log = join(folder, "net.json");
  const { app, close } = await launch(`--log-net-log=${log}`);
  // A session of its own, which the app has not locked.
  await app.evaluate(async ({ session }) => {
    await session
      .fromPartition("open")
      .fetch("http://127.0.0.1:9/")
      .catch(() => undefined);
  });
  await close();
  expect(outgoingIn(log).urls).toContain("http://127.0.0.1:9/");
  expect(outgoingIn(log).events).not.toEqual([]);
});

test("no process and no thread has a way out while it converts", async ({ folder, launch }) => {
  test.skip(process.platform !== "linux", "sockets are read from /proc");
  const source = join(folder, "endless.qcow2");
  makeEndless(source);
  const { app, page } = await launch(source);
  const pid = app.process().pid ?? 0;
  const request = {
    source,
    target: join(folder, "copy.qcow2"),
    format: "qcow2",
    options: {},
    compress: true,
    replace: false,
    verify: false,
  };
  const call = (name: string, input: unknown): Promise<unknown> =>
    page.evaluate(
      ([asked, given]) =>
        (window as unknown as { lamina: LaminaBridge<File> }).lamina.call(asked, given),
      [name, input] as const,
    );
  const job = async (): Promise<unknown> =>
    z.object({ value: z.array(z.unknown()) }).parse(await call("jobs.list", undefined)).value[0];
  await call("convert.start", request);
  // By then its thread and the copiers are at work.
  const done = async (): Promise<number> => z.object({ done: z.number() }).parse(await job()).done;
  await expect.poll(done, { timeout: 60_000 }).toBeGreaterThan(0);
  expect(await job()).toMatchObject({ state: "running" });
  expect(waysOut(pid)).toEqual([]);

  await test.step("and one that they had would be seen", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    // From a thread, which nothing in the main process sees.
    await app.evaluate(async (_electron, to) => {
      const { Worker } = process.getBuiltinModule("node:worker_threads");
      const script = `const { connect } = require("node:net");
        const { parentPort } = require("node:worker_threads");
        connect(${to}, "127.0.0.1", () => parentPort.postMessage("connected"));`;
      const worker = new Worker(script, { eval: true });
      await new Promise((connected) => worker.once("message", connected));
      Object.assign(globalThis, { laminaWorker: worker });
    }, port);
    expect(waysOut(pid)).toHaveLength(1);
    await app.evaluate(() =>
      (
        globalThis as unknown as { laminaWorker: { terminate(): Promise<number> } }
      ).laminaWorker.terminate(),
    );
    server.close();
  });
  await call("jobs.cancel", { jobId: z.object({ id: z.string() }).parse(await job()).id });
  await expect.poll(job, { timeout: 30_000 }).toMatchObject({ state: "cancelled" });
});

test("no built script loads what can reach the network", () => {
  const out = resolve(import.meta.dirname, "../../out");
  const scripts = ["main", "preload"].flatMap((folder) =>
    readdirSync(join(out, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.c?js$/.test(name))
      .map((name) => join(out, folder, name)),
  );
  expect(scripts.length).toBeGreaterThan(8);
  const found = scripts.flatMap((script) => networkModulesIn(readFileSync(script, "utf8")));
  expect(found).toEqual([]);
});
