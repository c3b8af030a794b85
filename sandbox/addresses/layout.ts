/**
 * Where everything of a sandbox listens. Pure: the block and the slot decide every address, so a restarted
 * sandbox finds its servers where kubeconfigs and webhooks in stored state say they are.
 *
 * All of 127.0.0.0/8 is local on Linux: block B is 127.B.0.0/16, and region slot s in it is 127.B.(16·s).0/20.
 */

/** Blocks that a sandbox can claim. 127.0.0.0/16 is left to the machine's own services. */
export const BLOCKS: { readonly first: number; readonly last: number } = { first: 1, last: 99 };

/** Regions that fit into one block. */
export const REGION_SLOTS = 16;

/** Ports of one istiod. They are on 127.0.0.1: its certificate carries DNS names only, so it is called localhost. */
export interface IstiodPorts {
  /** Webhooks for validation and injection. */
  readonly https: number;
  /** Readiness and debug pages. */
  readonly http: number;
  /** Plaintext xDS. */
  readonly grpc: number;
  /** xDS and CA over TLS. */
  readonly secureGrpc: number;
  /** Metrics and `/version`. */
  readonly monitoring: number;
  /** ControlZ. */
  readonly ctrlz: number;
}

/** The addresses of one region of a sandbox. */
export interface RegionAddresses {
  /** Loopback address of the region's control plane. */
  readonly host: string;
  readonly apiServerPort: number;
  readonly etcdClientPort: number;
  readonly etcdPeerPort: number;
  readonly controllerManagerPort: number;
  readonly istiod: IstiodPorts;
  /** The n-th public IP address (from 1) that the ARM stand-in gives out in this region. */
  publicIp(n: number): string;
  /** The n-th node (from 1) of this region. */
  node(n: number): string;
}

/** Every port of an istiod, in the order in which they are laid out. */
const ISTIOD_PORTS = [
  "https",
  "http",
  "grpc",
  "secureGrpc",
  "monitoring",
  "ctrlz",
] as const satisfies readonly (keyof IstiodPorts)[];

/** Ports of 127.0.0.1 set aside for one block: 20000 + 100·B up to the next block. */
const ISTIOD_PORTS_PER_BLOCK = 100;

/** Addresses of region slot `slot` in block `block`. */
export function regionAddresses(block: number, slot: number): RegionAddresses {
  checkBlock(block);
  checkWithin("region slot", slot, 0, REGION_SLOTS - 1);
  const third = 16 * slot;
  return {
    host: `127.${block}.${third}.1`,
    apiServerPort: 6443,
    etcdClientPort: 2379,
    etcdPeerPort: 2380,
    controllerManagerPort: 10257,
    istiod: istiodPorts(block, slot),
    publicIp: (n) => numbered("public IP", `127.${block}.${third + 1}`, n),
    node: (n) => numbered("node", `127.${block}.${third + 2}`, n),
  };
}

/** Where the ARM stand-in of a block listens. */
export function armAddress(block: number): { host: string; port: number } {
  checkBlock(block);
  return { host: `127.${block}.0.1`, port: 8300 };
}

/** Every fixed host and port of a block: what must be free before the block is claimed. */
export function fixedEndpoints(block: number): { host: string; port: number }[] {
  const endpoints = [armAddress(block)];
  for (let slot = 0; slot < REGION_SLOTS; slot += 1) {
    const region = regionAddresses(block, slot);
    for (const port of [
      region.apiServerPort,
      region.etcdClientPort,
      region.etcdPeerPort,
      region.controllerManagerPort,
    ]) {
      endpoints.push({ host: region.host, port });
    }
    for (const name of ISTIOD_PORTS) endpoints.push({ host: "127.0.0.1", port: region.istiod[name] });
  }
  return endpoints;
}

function istiodPorts(block: number, slot: number): IstiodPorts {
  const base = 20_000 + block * ISTIOD_PORTS_PER_BLOCK + slot * ISTIOD_PORTS.length;
  return {
    https: base,
    http: base + 1,
    grpc: base + 2,
    secureGrpc: base + 3,
    monitoring: base + 4,
    ctrlz: base + 5,
  };
}

function checkBlock(block: number): void {
  checkWithin("address block", block, BLOCKS.first, BLOCKS.last);
}

function numbered(what: string, prefix: string, n: number): string {
  checkWithin(`${what} number`, n, 1, 254);
  return `${prefix}.${n}`;
}

function checkWithin(what: string, value: number, first: number, last: number): void {
  if (!Number.isInteger(value) || value < first || value > last) {
    throw new RangeError(`${what} ${value} does not exist: whole numbers from ${first} to ${last} do.`);
  }
}
