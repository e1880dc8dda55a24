/** All that the rest of Lamina may use of the engine. */
export { ImageError, type ImageErrorCode } from "./errors";
export { fileStatus } from "./io/file";
export { nativeCalls } from "./io/native";
export { folderOf, nameSeenFrom } from "./io/paths";
export { removePartials } from "./image/temporary-file";
export type { DiskImage } from "./image/disk-image";
export type { ImageLayer, ParentRef } from "./image/layer";
export type { Grant } from "./image/gate";
export { openImage, openTopLayer, type OpenRequest } from "./image/open-image";
export { openSource, type SourceRequest } from "./ops/source";
export { formats, formatById, formatModels } from "./formats/registry";
export { wrappingExtensions } from "./wrappings/extensions";
export { createControl, type Control } from "./ops/control";
export { convert, convertInSteps, type ConvertJob, type ConvertResult } from "./ops/convert";
export { copierMain, type CopierExtras, type CopierWork } from "./ops/copier";
export { copierExtras } from "./ops/copier-extras";
export { compareImages, type CompareResult } from "./ops/compare";
export { verifyCopy } from "./ops/verify";
export { measureImage, measureTarget, measureVariants, type MeasureTarget } from "./ops/measure";
export { estimateImage, estimateSize, type Estimate } from "./ops/estimate";
export { fileSystemOf } from "./io/file-systems";
export { measureNew } from "./ops/measure-new";
export { glanceAt, showsFormat } from "./ops/glance";
export { mapBatches, mapImage, type MapEntry } from "./ops/map";
export { mapState, type MapBatch } from "./ops/map-batch";
export type { SideRequest } from "./ops/bytes/side";
export { readBytes, type ReadRequest } from "./ops/bytes/read-bytes";
export { findBytes, type FindRequest } from "./ops/bytes/find-bytes";
export { readSpeed, type SpeedRequest } from "./ops/read-speed";
export { preflight, recommendedTarget } from "./ops/preflight/preflight";
export type { TargetPlace } from "./ops/preflight/facts";
export { reportImage } from "./ops/report";
export { holdersAmong, usersOf } from "./ops/in-use";
export { toFailure } from "./ops/failure";
export { createImage, type CreateJob } from "./ops/create";
export { checkImage, repairImage } from "./ops/change/check";
export {
  applySnapshot,
  createSnapshot,
  deleteSnapshots,
  freedBy,
  listSnapshots,
  renameSnapshot,
} from "./ops/change/snapshots";
export { snapshotTree, type SnapshotTreeRequest } from "./ops/snapshot-tree/snapshot-tree";
export { chainStrips } from "./ops/chain-strips";
export { createMapper, type CellsQuestion, type PlaceQuestion } from "./ops/cells/mapper";
export { changedRanges } from "./ops/snapshot-tree/changed-ranges";
export { requireUnused } from "./ops/change/open-for-change";
export { lostByShrinking, resizeImage } from "./ops/change/resize";
export { amendImage, rebaseUnsafe } from "./ops/change/header";
export {
  addBitmap,
  clearBitmap,
  enableBitmap,
  mergeBitmap,
  removeBitmap,
} from "./ops/change/bitmaps";
export { declaredFormat } from "./ops/change/chain";
export { createOverlay } from "./ops/change/overlay";
export { rebaseConsequences, rebaseImage } from "./ops/change/rebase";
export { commitConsequences, commitImage } from "./ops/change/commit";
export { mergeConsequences, mergeLayer } from "./ops/change/merge";
export { punchConsequences, punchZeros } from "./ops/change/punch";
export { compactConsequences, compactImage } from "./ops/change/compact";
export { dependentsOf } from "./ops/change/dependents";
export { domainsOf } from "./ops/domains/domains";
export { makeSamples, sampleNames, samplesSize } from "./ops/samples/make-samples";
