import { expect, it } from "vitest";
import { keptLength } from "../../../electron/engine/io/kept-length";
import { memoryTarget } from "../../../electron/engine/io/memory";
import type { ByteTarget } from "../../../electron/engine/io/source";
import { thrownBy } from "./thrown";

function fileOf(length: number): ByteTarget {
  const file = memoryTarget("disk");
  file.write(0, new Uint8Array(length).fill(1));
  return file;
}

it("hands on every member, to who takes over members, too", () => {
  const kept = keptLength(fileOf(10));
  expect({ ...kept }).toMatchObject({ name: "disk", size: 10 });
  const into = new Uint8Array(2);
  ({ ...kept }).read(8, into);
  expect([...into]).toEqual([1, 1]);
});

it("knows how long a write that failed in the middle has made the file", () => {
  const file = fileOf(10);
  const write = (at: number, from: Uint8Array): void => {
    file.write(at, from.subarray(0, from.length / 2));
    throw new Error("full");
  };
  const kept = keptLength(
    Object.defineProperties(
      { ...file },
      {
        ...Object.getOwnPropertyDescriptors(file),
        write: { value: write, enumerable: true },
      },
    ),
  );
  expect(() => kept.write(10, new Uint8Array(8))).toThrow("full");
  expect(kept.size).toBe(14);
});

it("tells before it writes that the file was cut short", () => {
  const file = fileOf(10);
  const kept = keptLength(file);
  file.truncate(6);
  expect(thrownBy(() => kept.write(0, new Uint8Array(1)))).toMatchObject({
    code: "truncated",
    found: 6,
  });
  expect(kept.size).toBe(10);
});
