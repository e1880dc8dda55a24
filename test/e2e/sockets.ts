import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** A process and all that it has started, and so on, by their ids. Linux only. */
function familyOf(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc").filter((each) => /^\d+$/.test(each))) {
    // The name of a program may hold anything, brackets too.
    const [, parent] = /^.*\) \S (\d+)/s.exec(textOf(`/proc/${name}/stat`)) ?? [];
    parents.set(Number(name), Number(parent));
  }
  const family = [pid];
  // What is added is looked at in turn.
  for (const each of family)
    for (const [child, parent] of parents) if (parent === each) family.push(child);
  return family;
}

/** Nothing of a process that has ended meanwhile. */
function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** Inodes of the sockets that a process has open; its threads share them. */
function socketsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}

/** The state of a TCP socket that waits for others. */
const LISTENING = "0A";

/**
 * What a process and all below it have open to other machines, or to this one by the network: every UDP
 * socket, and every TCP socket that was not accepted at a port where they listen.
 */
export function waysOut(pid: number): string[] {
  const own = new Set(familyOf(pid).flatMap(socketsOf));
  const rows = ["tcp", "tcp6", "udp", "udp6"].flatMap((table) =>
    textOf(`/proc/${pid}/net/${table}`)
      .split("\n")
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => own.has(fields[9] ?? ""))
      .map(([, local = "", remote = "", state = ""]) => ({ table, local, remote, state })),
  );
  const portOf = (address: string): string => address.slice(address.lastIndexOf(":") + 1);
  const tcp = (table: string): boolean => table.startsWith("tcp");
  const ports = rows
    .filter(({ table, state }) => tcp(table) && state === LISTENING)
    .map(({ local }) => portOf(local));
  return rows
    .filter(({ table, local }) => !tcp(table) || !ports.includes(portOf(local)))
    .map(({ table, local, remote }) => `${table} ${local} ${remote}`);
}
