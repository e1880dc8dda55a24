import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { qemuImg } from "../helpers/qemu-img";
import { expect, test } from "./lamina";

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
