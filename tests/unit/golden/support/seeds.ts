import type { BuiltObject } from "../../../../istio/build";

/** Something that a seed configures, and the entry of the catalog that says it. */
export interface SeedRow {
  readonly seed: "000" | "001" | "002" | "003" | "004";
  /** What it configures, in its own words. */
  readonly says: string;
  /** `application entry`, as the matrix names it; an entry of `*` is the whole application. */
  readonly entry: `${string} ${string}`;
}

/** Every entry of the example applications stands in some row. */
export const SEEDS: readonly SeedRow[] = [
  row(
    "000",
    "ai-agent.global, 80/20 over versions, 80/10/10 over regions, who may call its API",
    "ai-agent services.ai-agent",
  ),
  row("000", "STRICT in the namespace production", "ai-agent namespaces.production"),
  row("001", "Gateway for myapp.example.com, /api and /web", "myapp gateways.myapp"),
  row(
    "001",
    "api-service: 90/10, faults (10 % 5 s, 5 % 503), pools 100/50/2, outlier 5/30 s/30 s, round robin",
    "myapp services.api-service",
  ),
  row("001", "web-service", "myapp services.web-service"),
  row("001", "PeerAuthentication; namespaces isolated from each other", "myapp namespaces.myapp"),
  row(
    "002",
    "canary by header and weight, header routing, consistent hash, timeout, retries, x-test-fault, rate limit, mTLS by port, access with JWT, deny-admin, RequestAuthentication",
    "patterns services.api-service",
  ),
  row("002", "mobile clients to a service of their own", "patterns services.mobile-backend"),
  row("002", "mirroring 10 %", "patterns services.api-service-production"),
  row("002", "the shadow", "patterns services.api-service-test"),
  row("002", "circuit breaker backend-service", "patterns services.backend-service"),
  row("002", "STRICT for a namespace", "patterns namespaces.patterns"),
  row("002", "STRICT for the mesh; PERMISSIVE is what Istio does without it", "mesh meshMtls"),
  row(
    "002",
    "traffic split 90/10 on either mesh; with Linkerd weights of an HTTPRoute",
    "api-canary services.api-service",
  ),
  row("002", "its namespace, injected by either mesh", "api-canary namespaces.api"),
  row("003", "HTTP, HTTPS with microservices-tls-secret", "microservices gateways.microservices"),
  row("003", "internal gateway", "microservices gateways.microservices-internal"),
  row("003", "STRICT inside, nothing open that no policy opens", "microservices namespaces.microservices"),
  row("003", "canary phases, rate limit per x-user-id, PERMISSIVE", "microservices services.api-gateway"),
  row("003", "A/B by cookie and x-user-tier, PERMISSIVE", "microservices services.frontend"),
  row("003", "auth", "microservices services.auth-service"),
  row("003", "user", "microservices services.user-service"),
  row("003", "product, mirrored 10 %", "microservices services.product-service"),
  row("003", "order", "microservices services.order-service"),
  row("003", "payment", "microservices services.payment-service"),
  row("003", "notification", "microservices services.notification-service"),
  row("003", "external service with TLS origination", "microservices externalServices.payment-provider"),
  row("003", "external service with TLS origination", "microservices externalServices.mail-provider"),
  row(
    "003",
    "Telemetry: metrics, access log without health checks, traces",
    "microservices telemetry.microservices",
  ),
  row("004", "test application, reached from every region", "cross-cluster-test services.test-app"),
  row("004", "its client", "cross-cluster-test services.test-client"),
  row("004", "their namespace", "cross-cluster-test namespaces.cross-cluster-test"),
];

function row(seed: SeedRow["seed"], says: string, entry: SeedRow["entry"]): SeedRow {
  return { seed, says, entry };
}

const BEGIN = "<!-- Written by UPDATE_GOLDEN=1 npx mocha 'tests/unit/golden/*.test.ts' -->";
const END = "<!-- end of what is written -->";

/** The page with the table that the built objects give. */
export function withTable(page: string, built: readonly BuiltObject[]): string {
  const [before = "", after = ""] = page.split(new RegExp(`${BEGIN.replaceAll("*", "\\*")}[\\s\\S]*${END}`));
  return `${before}${BEGIN}\n\n${table(built)}\n\n${END}${after}`;
}

function table(built: readonly BuiltObject[]): string {
  const lines = SEEDS.map(({ seed, says, entry }) => [seed, says, `\`${entry}\``, resources(entry, built)]);
  const cells = [["seed", "says", "entry", "resources"], ...lines];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((line) => (line[column] ?? "").length)));
  const text = (line: readonly string[]): string =>
    `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const [head = [], ...rest] = cells;
  return [text(head), text(widths.map((width) => "-".repeat(width))), ...rest.map(text)].join("\n");
}

/** Kinds and names of what an entry becomes; all of an application's lie in one namespace or the gateways'. */
function resources(entry: SeedRow["entry"], built: readonly BuiltObject[]): string {
  const own = built.filter((object) => entryOf(object) === entry);
  const kinds = [...new Set(own.map(({ object }) => object.kind))].toSorted();
  return kinds
    .map((kind) => {
      const names = own
        .filter(({ object }) => object.kind === kind)
        .map(({ object }) => object.metadata.name);
      return `${kind} ${[...new Set(names)].toSorted().join(", ")}`;
    })
    .join("; ");
}

/** Where an object comes from, as a row names it. */
export function entryOf({ application, entry }: BuiltObject): string {
  return `${application} ${entry}`;
}
