import { readFileSync, readdirSync, readlinkSync } from "node:fs";
import { createServer } from "node:net";

/** A host and port that a server listens on. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** State "listen" in /proc/net/tcp. */
const LISTEN = "0A";

/** Whether a server could listen there now. */
export async function isPortFree({ host, port }: Endpoint): Promise<boolean> {
  const server = createServer();
  return await new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(false);
      else reject(error);
    });
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * Whether this process listens there. A server that answers is not yet ours: after a failed start another
 * program's server may answer on the same port.
 */
export function listensOn(pid: number, endpoint: Endpoint): boolean {
  const sockets = new Set(listeningSockets(readFileSync("/proc/net/tcp", "latin1"), endpoint));
  return sockets.size > 0 && socketsOf(pid).some((inode) => sockets.has(inode));
}

/** Pid and program of who listens there, as far as this user may see it: for messages. */
export function listenerOf(endpoint: Endpoint): string | undefined {
  const sockets = new Set(listeningSockets(readFileSync("/proc/net/tcp", "latin1"), endpoint));
  if (sockets.size === 0) return undefined;
  for (const name of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    if (socketsOf(Number(name)).some((inode) => sockets.has(inode))) {
      return `pid ${name} (${programOf(name)})`;
    }
  }
  return "a process of another user";
}

/** Inodes of the IPv4 sockets in a /proc/net/tcp text that listen on the endpoint, or on its port everywhere. */
export function listeningSockets(table: string, { host, port }: Endpoint): string[] {
  const hexPort = port.toString(16).toUpperCase().padStart(4, "0");
  const wanted = new Set([`${hexAddress(host)}:${hexPort}`, `00000000:${hexPort}`]);
  return table
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => local !== undefined && state === LISTEN && wanted.has(local))
    .flatMap(([, , , , , , , , , inode]) => (inode === undefined ? [] : [inode]));
}

/** The kernel prints an address as one number in the byte order of the machine; x86 and ARM are little-endian. */
function hexAddress(host: string): string {
  const bytes = host.split(".").map(Number);
  return bytes
    .toReversed()
    .map((byte) => byte.toString(16).toUpperCase().padStart(2, "0"))
    .join("");
}

function socketsOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return []; // ended, or another user's
  }
  return names.flatMap((name) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`${folder}/${name}`))?.[1] ?? [];
    } catch {
      return []; // closed in the meantime
    }
  });
}

function programOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return "unknown program";
  }
}
