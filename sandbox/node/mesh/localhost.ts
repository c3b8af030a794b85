/**
 * What a pod's own localhost is here. All pods share one loopback interface, so each has an address of its own in
 * place of 127.0.0.1: 127.(100+B).x.y for the pod at 127.B.x.y. Blocks end at 99, so no pod's address is another's
 * localhost.
 */
export function podLocalhost(address: string): string {
  const [first, block, ...rest] = address.split(".");
  return [first, String(Number(block) + 100), ...rest].join(".");
}
