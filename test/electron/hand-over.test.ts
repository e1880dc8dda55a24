import { describe, expect, it } from "vitest";
import { handedOver, handOver } from "../../electron/hand-over";

describe("what a second start hands over", () => {
  it.each([
    [[]],
    [["/srv/disk.qcow2"]],
    [["/with space/été 磁盘.img", "/tab\there", "/line\nbreak", " ", '"']],
    [Array.from({ length: 32 }, (_, at) => `/${"x".repeat(at)}.img`)],
  ])("comes back as it was: %j", (files) => {
    expect(handedOver(structuredClone(handOver(files)))).toEqual(files);
  });

  it("is one word of plain ASCII", () => {
    expect(handOver(["/with space/été 磁盘.img", "/\n"]).files).toMatch(/^[\w-]+$/);
  });

  it("is nothing when it would not fit into Chromium's message", () => {
    const files = Array.from({ length: 500 }, (_, at) => `/srv/images/disk-${at}.qcow2`);
    expect(handOver(files)).toEqual({});
    expect(handedOver(handOver(files))).toBeUndefined();
  });

  it.each([null, undefined, 5, [], {}, { files: 5 }, { files: "%%" }, { files: "bnVsbA" }])(
    "is not believed when it is %j",
    (value) => {
      expect(handedOver(value)).toBeUndefined();
    },
  );
});
