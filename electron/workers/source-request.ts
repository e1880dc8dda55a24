import type { ConvertRequest } from "../../shared/model/job";
import type { Grant, OpenRequest, SourceRequest } from "../engine";

/** What the engine opens for a request. @param grants What its chains may use outside their folders. */
export function sourceRequestOf(request: ConvertRequest, grants: readonly Grant[]): SourceRequest {
  const { source, behind = [], snapshot, passphrase, member, size, salvage } = request;
  const { sourceFormat: format } = request;
  const first: OpenRequest = {
    path: source,
    grants,
    ...(snapshot !== undefined && { snapshot }),
    ...(passphrase !== undefined && { passphrase }),
    ...(member !== undefined && { member }),
    ...(format !== undefined && { format }),
  };
  return {
    images: [first, ...behind.map((path) => ({ path, grants }))],
    ...(size !== undefined && { size }),
    ...(salvage !== undefined && { salvage }),
  };
}
