import { afterEach, describe, expect, it, vi } from "vitest";
import { waitPatiently } from "../../electron/patience";

afterEach(() => {
  vi.useRealTimers();
});

describe("waiting with patience", () => {
  it("gives up once, when it is over", () => {
    vi.useFakeTimers();
    const over = vi.fn<() => void>();
    waitPatiently({ patience: 1000, over });
    vi.advanceTimersByTime(900);
    expect(over).not.toHaveBeenCalled();
    vi.advanceTimersByTime(5000);
    expect(over).toHaveBeenCalledTimes(1);
  });

  it("begins anew with all progress, and ends when it is told to", () => {
    vi.useFakeTimers();
    const over = vi.fn<() => void>();
    let moves = 30;
    const end = waitPatiently({ patience: 1000, over, moved: () => (moves -= 1) >= 0 });
    vi.advanceTimersByTime(3900);
    expect(over).not.toHaveBeenCalled();
    end();
    vi.advanceTimersByTime(5000);
    expect(over).not.toHaveBeenCalled();
  });

  it("counts no time that the computer was asleep", async () => {
    const over = vi.fn<() => void>();
    const byTheClock = vi.fn<() => void>();
    const end = waitPatiently({ patience: 400, over });
    setTimeout(byTheClock, 400);
    // Nothing of this process runs meanwhile, and the clocks go on.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
    await vi.waitFor(() => expect(byTheClock).toHaveBeenCalled(), { interval: 1 });
    expect(over).not.toHaveBeenCalled();
    end();
  });
});
