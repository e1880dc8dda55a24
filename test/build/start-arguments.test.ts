import { describe, expect, it } from "vitest";
import { electronArguments } from "../../build/start-arguments.mjs";

const options = { root: "/project", from: "/disks", sandbox: true };

describe("arguments of npm start", () => {
  it("resolves images against the caller's folder and leaves file: URLs", () => {
    const words = ["a.qcow2", "/b/c d.img", "../e.raw", "file:///f%20g.img"];
    expect(electronArguments(words, options)).toEqual([
      "--log-level=3",
      "/project",
      "/disks/a.qcow2",
      "/b/c d.img",
      "/e.raw",
      "file:///f%20g.img",
    ]);
  });

  it.each([[["--screenshot", "out.png", "a.img"]], [["a.img", "--screenshot=out.png"]]])(
    "hands the screenshot over ahead of the images: %j",
    (words) => {
      expect(electronArguments(words, options)).toEqual([
        "--log-level=3",
        "/project",
        "--lamina-screenshot=/disks/out.png",
        "/disks/a.img",
      ]);
    },
  );

  it("refuses a screenshot without a file", () => {
    expect(() => electronArguments(["a.img", "--screenshot"], options)).toThrow("--screenshot");
    expect(() => electronArguments(["--screenshot="], options)).toThrow("--screenshot");
  });

  it("puts Chromium's switches before the application", () => {
    const args = electronArguments(["a.img", "--lang=vi"], { ...options, sandbox: false });
    expect(args).toEqual([
      "--log-level=3",
      "--no-sandbox",
      "--lang=vi",
      "/project",
      "/disks/a.img",
    ]);
  });
});
