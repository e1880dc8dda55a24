import { beforeEach, describe, expect, it } from "vitest";
import type { BytesRead } from "../../shared/model/bytes";
import { CallError } from "../../renderer/api/client";
import { bytesAt, goTo, ROW, selectionOf, useBytes, whenSized } from "../../renderer/state/bytes";
import { moveFor } from "../../renderer/features/bytes/moves";
import { fakeBridge } from "./fake-bridge";
import { eventually } from "../helpers/eventually";

const CHUNK = 65_536;
const place = { path: "/a.qcow2", side: "guest" } as const;

/** A byte of the disk: of each chunk, its number. */
const chunkAt = (at: number, size: number): BytesRead => ({
  size,
  bytes: new Uint8Array(Math.min(CHUNK, size - at)).fill((at / CHUNK) % 251),
  unreadable: [],
  origins: [],
  parts: [],
});

function setUp(size: number) {
  const bridge = fakeBridge({
    "bytes.read": ({ at }) => chunkAt(at, size),
    "bytes.find": ({ from }) => (from < 100 ? { at: 100 } : {}),
    "bytes.stopFinding": () => undefined,
  });
  useBytes.getState().show(place);
  useBytes.getState().setVisible(10);
  return bridge;
}

beforeEach(() => useBytes.getState().leave());

const settled = () => eventually(() => expect(useBytes.getState().size).toBeDefined());

describe("the bytes on the screen", () => {
  it("are read in chunks, those that are seen and their neighbours", async () => {
    const { calls } = setUp(2 ** 52);
    await settled();
    goTo(2 ** 51 + 5);
    await eventually(() => expect(bytesAt(2 ** 51, ROW)).toBeDefined());
    expect(bytesAt(2 ** 51, 1)?.[0]).toBe((2 ** 51 / CHUNK) % 251);
    await eventually(() => expect(calls.length).toBeGreaterThanOrEqual(4));
    expect(calls.every(([, input]) => (input as { length: number }).length === CHUNK)).toBe(true);
    expect(useBytes.getState().caret).toBe(2 ** 51 + 5);
  });

  it("scroll to the ends and no further, whatever the size", async () => {
    setUp(2 ** 52 + 1);
    await settled();
    const { scrollTo, moveTo } = useBytes.getState();
    scrollTo(Infinity);
    expect(useBytes.getState().top).toBe(2 ** 48 + 1 - 10);
    scrollTo(-5);
    expect(useBytes.getState().top).toBe(0);
    moveTo(2 ** 60);
    expect(useBytes.getState()).toMatchObject({ caret: 2 ** 52, top: 2 ** 48 + 1 - 10 });
  });

  it("select from where one began", async () => {
    setUp(1000);
    await settled();
    const { moveTo } = useBytes.getState();
    moveTo(50);
    moveTo(40, true);
    expect(selectionOf(useBytes.getState())).toEqual({ at: 40, length: 11 });
    moveTo(60, true);
    expect(selectionOf(useBytes.getState())).toEqual({ at: 50, length: 11 });
  });

  it("are found and selected, or not", async () => {
    setUp(1000);
    await settled();
    const { find } = useBytes.getState();
    await find(Uint8Array.of(1, 2, 3), 0);
    expect(useBytes.getState().finding).toEqual({ state: "found", at: 100, length: 3 });
    expect(selectionOf(useBytes.getState())).toEqual({ at: 100, length: 3 });
    await find(Uint8Array.of(1), 101);
    expect(useBytes.getState().finding).toEqual({ state: "missing", from: 101 });
  });

  it("are gone to as soon as it is known how many there are", async () => {
    setUp(100_000);
    let seen: number | undefined;
    whenSized((size) => {
      seen = size;
      goTo(70_000);
    });
    expect(seen).toBeUndefined();
    await settled();
    expect(seen).toBe(100_000);
    expect(useBytes.getState()).toMatchObject({ caret: 70_000, anchor: 70_000 });
    useBytes.getState().show(place);
    whenSized(() => expect.unreachable());
    useBytes.getState().leave();
  });

  it("tell why they are not there", async () => {
    fakeBridge({
      "bytes.read": () => {
        throw new CallError({ code: "io", message: "The drive is gone." });
      },
    });
    useBytes.getState().show(place);
    await eventually(() => expect(useBytes.getState().failure?.code).toBe("io"));
  });
});

describe("the keys", () => {
  const key = (name: string, held: { ctrlKey?: boolean } = {}) => ({
    key: name,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    ...held,
  });
  const view = { caret: 100, size: 1000, visible: 11 };

  it.each([
    ["ArrowLeft", 99],
    ["ArrowRight", 101],
    ["ArrowUp", 84],
    ["ArrowDown", 116],
    ["PageDown", 260],
    ["PageUp", 4],
    ["Home", 96],
    ["End", 111],
  ])("%s", (name, to) => {
    expect(moveFor(key(name), view)).toBe(to);
  });

  it("stay inside, and leave other keys alone", () => {
    expect(moveFor(key("ArrowUp"), { ...view, caret: 3 })).toBe(3);
    expect(moveFor(key("PageDown"), { ...view, caret: 990 })).toBe(999);
    expect(moveFor(key("Home", { ctrlKey: true }), view)).toBe(0);
    expect(moveFor(key("End", { ctrlKey: true }), view)).toBe(999);
    expect(moveFor(key("c", { ctrlKey: true }), view)).toBe("copy");
    expect(moveFor(key("Tab"), view)).toBeUndefined();
    expect(moveFor(key("Home"), { ...view, size: 0 })).toBeUndefined();
  });
});
