import { homedir } from "node:os";
import { join } from "node:path";
import type { TaskRunner } from "../workers/start-image-task";
import type { Handlers } from "./table";

/** Where libvirt keeps the definitions of the system's VMs, and those of a user's own session. */
export function libvirtFolders(env: NodeJS.ProcessEnv, home: string): string[] {
  const config = env["XDG_CONFIG_HOME"] || join(home, ".config");
  return ["/etc/libvirt/qemu", join(config, "libvirt/qemu")];
}

/** Which VMs use an image, and who has it open, which is asked again and again. */
export function domainHandlers({
  run,
  latest,
}: Pick<TaskRunner, "run" | "latest">): Pick<Handlers, "image.domains" | "image.users"> {
  const folders = libvirtFolders(process.env, homedir());
  return {
    "image.domains": (image) => run("image.domains", { image, folders }),
    "image.users": (chain) => latest("image.users", chain),
  };
}
