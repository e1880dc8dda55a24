import type { ImageLayer } from "../engine";
import { readArguments, type OptionTable } from "./arguments";
import { UsageError } from "./errors";
import { HelpWanted } from "./help";
import { humanInfo, jsonInfo, type NamedLayer } from "./image-info";
import { formatJson } from "./json";
import { fileNameOf, openAlone, openEachOfChain, shownName, type ImageArgument } from "./open";
import { readOutputKind, unsupported } from "./option-values";
import { print, printWarning } from "./output";
import { createSourceOptions } from "./source-options";

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
  const source = createSourceOptions();
  const [name, ...more] = readArguments("info", args, options, (option, value) => {
    if (option === "h") throw new HelpWanted();
    else if (option === "f") format = value;
    else if (option === "output") output = value;
    else if (option === "chain") chain = true;
    else if (source.take(option, value)) return;
    else if (option !== "U") throw unsupported("info", option);
  });
  if (name === undefined || more.length > 0) throw new UsageError("Expecting one image file name");
  const json = readOutputKind(output) === "json";

  const argument = source.image(name, format);
  const layers = chain ? wholeChain(argument) : [alone(argument)];
  if (json) {
    const [first] = layers.map(jsonInfo);
    print(`${formatJson(chain || first === undefined ? layers.map(jsonInfo) : first)}\n`);
  } else {
    print(layers.map(humanInfo).join("\n"));
  }
  for (const { layer } of layers) {
    if (layer.lostSnapshots) printWarning(`Not all snapshots: ${layer.lostSnapshots.message}`);
    if (layer.lostBitmaps) printWarning(`Not all bitmaps: ${layer.lostBitmaps.message}`);
    layer.close();
  }
  return 0;
}

function alone(argument: ImageArgument): NamedLayer {
  const layer = openAlone(argument);
  return named(argument, layer, fileNameOf(argument));
}

function wholeChain(argument: ImageArgument): NamedLayer[] {
  const { image, names } = openEachOfChain(argument);
  return image.layers.map((layer: ImageLayer, at) =>
    at === 0 ? named(argument, layer, names[0] ?? "") : { layer, name: names[at] ?? "" },
  );
}

function named(argument: ImageArgument, layer: ImageLayer, name: string): NamedLayer {
  return { layer, name, shown: shownName(argument, layer) };
}
