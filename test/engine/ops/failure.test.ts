import { describe, expect, it } from "vitest";
import { ImageError, toFailure } from "../../../electron/engine";
import { createCrew } from "../../../electron/engine/ops/crew";
import { fromFailure } from "../../../electron/engine/ops/failure";
import { failureSchema } from "../../../shared/model/report";

const error = new ImageError("invalid-table", "a table is damaged", {
  expected: 1,
  found: "2",
  at: 4096,
  file: "/a.qcow2",
  hint: "Check it.",
  reference: { from: "/a.qcow2", name: "b", path: "/b" },
  cause: new Error("below"),
});

describe("failure", () => {
  it("is plain data with all that the error knows, and an error again", () => {
    const failure = toFailure(error);
    expect(failureSchema.parse(structuredClone(failure))).toEqual({
      code: "invalid-table",
      message: "a table is damaged",
      expected: "1",
      found: "2",
      at: 4096,
      file: "/a.qcow2",
      hint: "Check it.",
      reference: { from: "/a.qcow2", name: "b", path: "/b" },
    });
    expect(fromFailure(failure)).toBeInstanceOf(ImageError);
    expect(toFailure(fromFailure(failure))).toEqual(failure);
  });

  it("calls everything else internal", () => {
    expect(toFailure(new RangeError("out of range"))).toEqual({
      code: "internal",
      message: "out of range",
    });
    expect(toFailure("text")).toEqual({ code: "internal", message: "text" });
    expect(fromFailure(toFailure(new RangeError("out of range")))).not.toBeInstanceOf(ImageError);
  });

  it("reaches the other threads of a crew, the first one alone", () => {
    const crew = createCrew();
    const other = createCrew(crew.buffer);
    expect(other.failed).toBe(false);
    other.throwFailure();
    crew.fail(error);
    other.fail(new Error("second"));
    expect(other.failed).toBe(true);
    expect(() => other.throwFailure()).toThrow(
      expect.objectContaining({ code: "invalid-table", at: 4096 }),
    );
  });

  it("stops a crew even when its words are too long to pass on", () => {
    const crew = createCrew();
    crew.fail(new Error("x".repeat(100_000)));
    expect(crew.failed).toBe(true);
    expect(() => crew.throwFailure()).toThrow("A copier failed.");
  });
});
