import { describe, expect, it } from "vitest";
import { ImageError } from "../../../electron/engine";
import { FailureError } from "../../../electron/failure";
import type { Handlers } from "../../../electron/handlers/table";
import { createDispatch, createEmit } from "../../../electron/ipc/dispatch";
import type { CallReply } from "../../../shared/ipc/channels";
import { settingsDefaults } from "../../../shared/model/settings";
import { calls, type CallName } from "../../../shared/ipc/contract";

function fail(): never {
  throw new Error("not expected to be called");
}

/** A table in which only the given handlers may be called. */
function handlersWith(some: Partial<Handlers>): Handlers {
  const none = Object.fromEntries(Object.keys(calls).map((name) => [name, fail]));
  return { ...(none as unknown as Handlers), ...some };
}

/** The page's side of an in-memory pair: both ways are copied as Electron copies them. */
function pageOf(some: Partial<Handlers>) {
  const dispatch = createDispatch(handlersWith(some));
  return async (name: unknown, input?: unknown): Promise<CallReply> =>
    structuredClone(await dispatch(structuredClone(name), structuredClone(input)));
}

const settings = { ...settingsDefaults, theme: "dark", recent: ["/a"] } as const;

describe("dispatch", () => {
  it("hands the input to the handler and its answer back", async () => {
    const call = pageOf({
      "settings.change": (part) => ({ ...settingsDefaults, ...part }),
      "dialogs.openImages": () => Promise.resolve({ paths: ["/disk.qcow2"] }),
    });
    expect(await call("settings.change", { theme: "light" })).toEqual({
      ok: true,
      value: { ...settingsDefaults, theme: "light" },
    });
    expect(await call("dialogs.openImages")).toEqual({
      ok: true,
      value: { paths: ["/disk.qcow2"] },
    });
  });

  it("answers a call that gives nothing back", async () => {
    const call = pageOf({ "app.settled": () => {} });
    expect(await call("app.settled")).toEqual({ ok: true, value: undefined });
  });

  it.each(["", "image.open", "constructor", "__proto__", "toString", 7, null, undefined, {}])(
    "knows no call %j",
    async (name) => {
      expect(await pageOf({})(name, {})).toMatchObject({
        ok: false,
        failure: { code: "invalid-argument" },
      });
    },
  );

  it.each<[CallName, unknown]>([
    ["image.inspect", undefined],
    ["image.inspect", { path: 5 }],
    ["image.inspect", { path: "" }],
    ["image.inspect", { path: "a".repeat(40_000) }],
    ["settings.change", { theme: "pink" }],
    ["app.about", { not: "nothing" }],
    [
      "convert.start",
      { source: "/a", target: "/b", format: "exe", options: {}, compress: false, replace: false },
    ],
    [
      "convert.start",
      { source: "/a", target: "/b", format: "raw", options: { a: [] }, compress: 0, replace: 1 },
    ],
  ])("refuses a wrong input of %s before the handler sees it", async (name, input) => {
    const reply = await pageOf({})(name, input);
    expect(reply).toMatchObject({ ok: false, failure: { code: "invalid-argument" } });
  });

  it("drops what the schema does not name", async () => {
    let seen: unknown;
    const call = pageOf({
      "jobs.cancel": (input) => {
        seen = input;
      },
    });
    await call("jobs.cancel", { jobId: "1", extra: true });
    expect(seen).toEqual({ jobId: "1" });
  });

  it("does not let a wrong answer out", async () => {
    const wrong = { version: 1, theme: "pink", recent: [] } as unknown as typeof settings;
    const reply = await pageOf({ "settings.get": () => ({ ...wrong, recent: [] }) })(
      "settings.get",
    );
    expect(reply).toMatchObject({ ok: false, failure: { code: "internal" } });
  });

  it("carries an ImageError as data", async () => {
    const call = pageOf({
      "image.inspect": () => {
        throw new ImageError("invalid-header", "The cluster size is wrong.", {
          expected: "9 to 21",
          found: 40,
          at: 20,
          file: "/a.qcow2",
          hint: "Ask the sender.",
        });
      },
    });
    expect(await call("image.inspect", { path: "/a.qcow2" })).toEqual({
      ok: false,
      failure: {
        code: "invalid-header",
        message: "The cluster size is wrong.",
        expected: "9 to 21",
        found: "40",
        at: 20,
        file: "/a.qcow2",
        hint: "Ask the sender.",
      },
    });
  });

  it("carries a thread's failure, and any other error as internal", async () => {
    const failure = { code: "limit", message: "Too slow." };
    const call = pageOf({
      "image.inspect": () => Promise.reject(new FailureError(failure)),
      "jobs.list": () => {
        throw new TypeError("x is undefined");
      },
    });
    expect(await call("image.inspect", { path: "/a" })).toEqual({ ok: false, failure });
    expect(await call("jobs.list")).toEqual({
      ok: false,
      failure: { code: "internal", message: "x is undefined" },
    });
  });
});

describe("events", () => {
  it("are sent as the contract says, and not at all otherwise", () => {
    const sent: unknown[] = [];
    const emit = createEmit((name, payload) => sent.push([name, payload]));
    emit("settings.changed", { ...settings, recent: [...settings.recent] });
    expect(sent).toEqual([["settings.changed", settings]]);
    expect(() => emit("jobs.removed", { jobId: 3 as unknown as string })).toThrow(/string/);
    expect(sent).toHaveLength(1);
  });
});
