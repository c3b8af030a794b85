/** Proxies that run at once in one sandbox: each takes about 75 MB, and a share of two cores. */
export const MOST_PROXIES = 16;

/** Places for proxies, counted over all regions of a sandbox. */
export class ProxyPlaces {
  private readonly held = new Set<string>();

  constructor(private readonly most: number = MOST_PROXIES) {}

  /** Takes a place for a pod; false when all are taken. A pod that has one keeps it. */
  take(uid: string): boolean {
    if (this.held.has(uid)) return true;
    if (this.held.size >= this.most) return false;
    this.held.add(uid);
    return true;
  }

  release(uid: string): void {
    this.held.delete(uid);
  }

  get taken(): number {
    return this.held.size;
  }
}
