/** Proxies that run at once in one sandbox: each takes about 75 MB, and a share of two cores. */
export const MOST_PROXIES = 16;

/** Places for proxies, counted over all regions of a sandbox, and where those that have one can be asked. */
export class ProxyPlaces {
  /** The localhost of each pod that has a place; empty until it is known. */
  private readonly held = new Map<string, string>();

  constructor(private readonly most: number = MOST_PROXIES) {}

  /** Takes a place for a pod; false when all are taken. A pod that has one keeps it. */
  take(uid: string): boolean {
    if (this.held.has(uid)) return true;
    if (this.held.size >= this.most) return false;
    this.held.set(uid, "");
    return true;
  }

  /** Takes note of where the proxy of a pod that has a place has its admin page. */
  note(uid: string, localhost: string): void {
    if (this.held.has(uid)) this.held.set(uid, localhost);
  }

  release(uid: string): void {
    this.held.delete(uid);
  }

  get taken(): number {
    return this.held.size;
  }

  /** Where the proxies of the sandbox have their admin pages. */
  get localhosts(): readonly string[] {
    return [...this.held.values()].filter((localhost) => localhost !== "");
  }

  get free(): number {
    return this.most - this.held.size;
  }
}
