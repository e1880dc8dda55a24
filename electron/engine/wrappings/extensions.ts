import { packings } from "./packings";

/** What the names of files with images in them end with, without the dot. */
export const wrappingExtensions: readonly string[] = [
  "ova",
  "tar",
  ...packings.map(({ extension }) => extension),
];
