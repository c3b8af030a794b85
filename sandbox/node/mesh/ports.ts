/** Below this, a port can only be had with privileges. */
const FIRST_FREE_PORT = 1024;
/** Added to such a port. */
const SHIFT = 8000;

/** Where a port of a public address, or of an application, is found here: 80 at 8080, 443 at 8443, 9000 at 9000. */
export function reachablePort(port: number): number {
  return port < FIRST_FREE_PORT ? port + SHIFT : port;
}
