import { z } from "zod";
import { formatIdSchema } from "./format";

/** Something in a VM's definition that does not fit the image, and the line that would. */
export const domainFindingSchema = z.object({
  /**
   * "raw-declared": the guest would get the container, not the disk; "other-declared": the VM does
   * not start; "undeclared": libvirt takes it for raw then, which it is not; "elsewhere": the
   * definition names a file of this name at another place.
   */
  id: z.enum(["raw-declared", "other-declared", "undeclared", "elsewhere"]),
  /** The whole element as it must be. */
  line: z.string(),
});

/** A disk of a VM that is this image, as libvirt's definition of the VM (its domain XML) says. */
export const domainUseSchema = z.object({
  /** Path of the definition. */
  file: z.string(),
  name: z.string(),
  uuid: z.string().optional(),
  /** "disk", "cdrom", "floppy" or "lun". */
  device: z.string(),
  /** What the guest finds it as, and on which bus. */
  target: z.string().optional(),
  bus: z.string().optional(),
  /** The declared format; absent when the definition does not say. */
  driverType: z.string().optional(),
  /** The path as it is written there. */
  source: z.string(),
  findings: z.array(domainFindingSchema),
});
export type DomainUse = z.infer<typeof domainUseSchema>;

/** Which VMs use an image. */
export const domainsSchema = z.object({
  uses: z.array(domainUseSchema),
  /** Folders of definitions of which not all could be read: there may be more. */
  unreadable: z.array(z.string()),
});
export type Domains = z.infer<typeof domainsSchema>;

/** The image that is asked for, in the format that it is known to have. */
export const domainsRequestSchema = z.object({ path: z.string(), format: formatIdSchema });
export type DomainsRequest = z.infer<typeof domainsRequestSchema>;
