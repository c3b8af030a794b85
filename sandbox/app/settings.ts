/** What the application is told by the node agent. */
export interface AppSettings {
  readonly workload: string;
  /** Empty where the workload has one version. */
  readonly version: string;
  readonly namespace: string;
  readonly pod: string;
  readonly region: string;
  /** Where it answers. */
  readonly host: string;
  readonly ports: readonly number[];
  /** Where it takes requests to send. */
  readonly control: { readonly host: string; readonly port: number };
  /** Socket of the proxy's outbound side; absent without a proxy. */
  readonly outbound?: string;
  /** Where the proxy answers questions for names, as host:port. */
  readonly dns?: string;
}

/** What it answers with: who it is, and who asked. */
export interface Answer {
  readonly workload: string;
  readonly version: string;
  readonly namespace: string;
  readonly region: string;
  readonly pod: string;
  /** SPIFFE names, where the request came by mutual TLS. */
  readonly self?: string;
  readonly caller?: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** How many requests this process has answered, this one counted. */
  readonly count: number;
}

/** A request to send as the workload, as often as is said. */
export interface Order {
  readonly url: string;
  /** @default "GET" */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** @default 1 */
  readonly count?: number;
  /** How many are under way at once. @default 1 */
  readonly concurrency?: number;
  /** Time for one request. @default 10000 */
  readonly timeoutMs?: number;
  /** Where the connection goes, as address:port, in place of what the name resolves to. */
  readonly connect?: string;
  /** A connection for each request. @default false */
  readonly fresh?: boolean;
  /** What goes into the request line as it stands; the path of an address is brought into one spelling. @default that of `url` */
  readonly path?: string;
  /**
   * What differs from request to request: the first takes the first of these, and after the last comes the first
   * again; headers are added to those above. `count` is then as many as there are, unless it is given.
   * @default none
   */
  readonly variants?: readonly Variant[];
}

/** What one of an order's requests has of its own. */
export type Variant = Pick<Order, "method" | "path" | "headers">;

/** What came of one request. */
export interface Result {
  /** Absent where no answer came. */
  readonly status?: number;
  /** Why no answer came, e.g. `ECONNRESET`. */
  readonly error?: string;
  /** Who answered, where it was this application. */
  readonly answer?: Answer;
  /** The body, where it was not; its first 500 characters. */
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly ms: number;
  /** When it was sent, in ms since 1970. */
  readonly at: number;
}
