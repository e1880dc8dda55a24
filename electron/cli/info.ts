import type { ImageLayer } from "../engine";
import { readArguments, type OptionTable } from "./arguments";
import { UsageError } from "./errors";
import { HelpWanted } from "./help";
import { humanInfo, jsonInfo, type NamedLayer } from "./image-info";
import { formatJson } from "./json";
import { openAlone, openEachOfChain } from "./open";
import { readOutputKind, unsupported } from "./option-values";
import { print } from "./output";

const options: OptionTable = {
  flags: "hU",
  valued: "f",
  long: {
    help: { as: "h" },
    format: { as: "f", valued: true },
    output: { as: "output", valued: true },
    "backing-chain": { as: "chain" },
    object: { as: "--object", valued: true },
    "image-opts": { as: "--image-opts" },
    "force-share": { as: "U" },
    trust: { as: "trust" },
    member: { as: "member", valued: true },
  },
};

/** `info`: what an image is. Without --backing-chain it opens the named file only. Returns the exit code. */
export function info(args: readonly string[]): number {
  let format: string | undefined;
  let output = "human";
  let chain = false;
  let trust = false;
  let member: string | undefined;
  const [name, ...more] = readArguments("info", args, options, (option, value) => {
    if (option === "h") throw new HelpWanted();
    else if (option === "f") format = value;
    else if (option === "output") output = value;
    else if (option === "chain") chain = true;
    else if (option === "trust") trust = true;
    else if (option === "member") member = value;
    else if (option !== "U") throw unsupported("info", option);
  });
  if (name === undefined || more.length > 0) throw new UsageError("Expecting one image file name");
  const json = readOutputKind(output) === "json";

  const argument = {
    name,
    trust,
    ...(format !== undefined && { format }),
    ...(member !== undefined && { member }),
  };
  const layers = chain ? wholeChain(argument) : [{ layer: openAlone(argument), name }];
  if (json) {
    const [first] = layers.map(jsonInfo);
    print(`${formatJson(chain || first === undefined ? layers.map(jsonInfo) : first)}\n`);
  } else {
    print(layers.map(humanInfo).join("\n"));
  }
  for (const { layer } of layers) layer.close();
  return 0;
}

function wholeChain(argument: Parameters<typeof openEachOfChain>[0]): NamedLayer[] {
  const { image, names } = openEachOfChain(argument);
  return image.layers.map((layer: ImageLayer, at) => ({ layer, name: names[at] ?? "" }));
}
