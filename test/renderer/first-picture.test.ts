import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { expectFirstPicture, firstPicture } from "../../renderer/state/first-picture";

/** What runs before the next frame is drawn. */
let callbacks: (() => void)[] = [];
const frame = (): void => callbacks.splice(0).forEach((callback) => callback());

beforeEach(() => {
  vi.useFakeTimers();
  callbacks = [];
  vi.stubGlobal("requestAnimationFrame", (callback: () => void) => callbacks.push(callback));
});
afterEach(() => {
  vi.runAllTimers();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the first picture", () => {
  it("is waited for when it is expected, until it is on the screen", async () => {
    expect(firstPicture()).toBeUndefined();
    const ordered = expectFirstPicture();
    const picture = firstPicture();
    frame();
    frame();
    expect(firstPicture()).toBe(picture);
    ordered();
    frame();
    expect(firstPicture()).toBe(picture);
    frame();
    expect(firstPicture()).toBe(picture);
    vi.advanceTimersByTime(50);
    expect(firstPicture()).toBeUndefined();
    await picture;
  });

  it("is given up where no frame is drawn", async () => {
    expectFirstPicture()();
    const picture = firstPicture();
    vi.advanceTimersByTime(1000);
    expect(firstPicture()).toBeUndefined();
    await picture;
  });
});
