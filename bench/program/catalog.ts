/** Source of a `catalog/index.ts` with that many services, each as full as the example's. */
export function catalogSource(services: number): string {
  const names = Array.from(
    { length: services },
    (_, index) => `service-${String(index + 1).padStart(4, "0")}`,
  );
  return [
    'import type { Catalog } from "../istio/choose";',
    'import { application, binding, service } from "../istio/intent";',
    "",
    `const names: readonly string[] = ${JSON.stringify(names)};`,
    "",
    "export const catalog: Catalog = {",
    "  applications: [",
    "    application({",
    '      name: "generated",',
    '      namespaces: [{ name: "production", mtls: "STRICT" }],',
    "      services: names.map((name) =>",
    "        service({",
    "          name,",
    '          namespace: "production",',
    "          port: 80,",
    "          globalHost: `${name}.global`,",
    "          versions: { v1: 80, v2: 20 },",
    '          locality: { local: 80, rest: "even" },',
    '          access: [{ from: [`production/${name}`], methods: ["GET", "POST"], paths: ["/api/*"] }],',
    "        }),",
    "      ),",
    "    }),",
    "  ],",
    '  bindings: [binding({ name: "all", clusters: [{ matchLabels: {} }], applications: ["generated"] })],',
    "};",
    "",
  ].join("\n");
}
