import assert from "node:assert/strict";
import fc from "fast-check";
import { catalog } from "../../../catalog";
import { SettingsError } from "../../../config/faults";
import { parseSettings } from "../../../config/parse";
import { deliveredText, fileSettings } from "../../../config/project";
import { regionSchema, sharedSchema } from "../../../config/schema";
import { FaultError } from "../../../istio/rules/fault";
import { CrdSchemas } from "../istio/support/crds";
import { tracked } from "../config/tracked";
import { planAndCheck } from "./support/invariants";
import { anything, mutate, mutation, words, type Json, type Said } from "./support/mutations";
import { REGIONS, soundStack } from "./support/settings";

const RUNS = 10_000;
const PROJECT = "global-mesh";
const CANARY = "s3cr3t-c4n4ry";
const KUBECONFIG = [
  "clusters: [{name: c, cluster: {server: 'https://c.example', certificate-authority-data: Q0E=}}]",
  `users: [{name: u, user: {token: ${CANARY}}}]`,
  "contexts: [{name: c, context: {cluster: c, user: u}}]",
  "current-context: c",
].join("\n");

const charts = process.env["SANDBOX_TEST_CHARTS"] ?? "";
const names = [...Object.keys(sharedSchema.shape), ...Object.keys(regionSchema.shape)];
/** What Pulumi.yaml says, typed again. */
const defaults: Said = Object.fromEntries(
  Object.entries(fileSettings(tracked("Pulumi.yaml"))).map(([key, text]) => [
    key.replace(/^.*:/, ""),
    typed(text),
  ]),
);

interface Input {
  readonly stack: string;
  readonly said: Said;
  /** `typed`: as a stack file's YAML; `text`: as `pulumi config set` without a type, numbers and booleans quoted. */
  readonly delivery: "typed" | "text";
  /** Settings stored as secrets beside a kubeconfig. */
  readonly secrets: readonly string[];
  readonly location: string | undefined;
}

const secrets = fc.oneof(
  { weight: 9, arbitrary: fc.constant<string[]>([]) },
  { weight: 1, arbitrary: fc.array(fc.constantFrom(...names, "location"), { minLength: 1, maxLength: 2 }) },
);
const delivery = fc.oneof(
  { weight: 4, arbitrary: fc.constant("typed" as const) },
  { weight: 1, arbitrary: fc.constant("text" as const) },
);
const sound = fc
  .record({ stack: soundStack(defaults, charts), delivery, secrets, located: fc.boolean() })
  .map(({ stack: { role, stack, said }, located, ...rest }): Input => ({
    ...rest,
    stack,
    said: role === "existing" ? { ...said, kubeconfig: KUBECONFIG } : said,
    location: located && role !== "global" ? stack : undefined,
  }));
const spoilt = fc
  .record({ input: sound, mutations: fc.array(mutation, { minLength: 1, maxLength: 3 }) })
  .map(({ input, mutations }): Input => ({ ...input, said: mutations.reduce(mutate, input.said) }));
const random: fc.Arbitrary<Input> = fc.record({
  stack: fc.oneof(fc.constantFrom("global", ...REGIONS), words),
  said: fc
    .array(
      fc.tuple(
        fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...names) }, { weight: 1, arbitrary: words }),
        anything,
      ),
      {
        maxLength: 12,
      },
    )
    .chain((entries) =>
      fc.constantFrom<Said>({}, defaults).map((base) => ({ ...base, ...Object.fromEntries(entries) })),
    ),
  delivery,
  secrets,
  location: fc.option(words, { nil: undefined }),
});
const inputs = fc.oneof(
  { weight: 10, arbitrary: sound },
  { weight: 6, arbitrary: spoilt },
  { weight: 4, arbitrary: random },
);

describe("any stack configuration", () => {
  it(`of ${RUNS} is refused with the setting's path, or gives a valid plan`, function () {
    this.timeout(600_000);
    const before = process.cpuUsage();
    const schemas = new CrdSchemas();
    const counts = { accepted: 0, settings: 0, catalog: 0 };
    const roles: Record<string, number> = {};
    const refused = new Set<string>();
    fc.assert(
      fc.property(inputs, (input) => {
        const { values, secretKeys } = deliver(input);
        try {
          const settings = parseSettings({
            values,
            secretKeys,
            project: PROJECT,
            stack: input.stack,
            knownApplications: catalog.applications.map(({ name }) => name),
            inspectChartFolder: (folder) => (folder === charts ? "charts" : "missing"),
          });
          assert.ok(!JSON.stringify(settings).includes(CANARY), "a secret is among the plain settings");
          planAndCheck(settings, schemas);
          const role = settings.role === "global" ? "global" : settings.region.primary ? "primary" : "region";
          for (const name of [role, ...(settings.role === "region" ? [settings.platform] : [])]) {
            roles[name] = (roles[name] ?? 0) + 1;
          }
          counts.accepted += 1;
        } catch (error) {
          counts[refusal(error, values, refused)] += 1;
        }
      }),
      { numRuns: RUNS },
    );
    const { user, system } = process.cpuUsage(before);
    const took = (user + system) / 1000;
    const parts = Object.entries(roles).map(([role, count]) => `${role} ${count}`);
    console.log(
      `      ${RUNS} configurations, ${(took / 1000).toFixed(1)} s of CPU: ${counts.accepted} accepted (${parts.join(", ")}), ` +
        `${counts.settings} refused by ${refused.size} settings, ${counts.catalog} by the catalog, 0 crashes`,
    );
    assert.ok(counts.accepted >= RUNS / 5, `only ${counts.accepted} were accepted`);
    assert.ok(counts.settings >= RUNS / 5, `only ${counts.settings} were refused`);
    for (const role of ["global", "primary", "region", "aks", "existing"])
      assert.ok((roles[role] ?? 0) > 100, role);
    assert.deepEqual(
      names.filter((name) => !refused.has(name)),
      [],
      "settings that no configuration was refused for",
    );
  });
});

/** The settings as the engine delivers them; a secret one holds the canary. */
function deliver({ said, delivery, secrets, location }: Input): {
  values: Record<string, string>;
  secretKeys: string[];
} {
  const values = Object.fromEntries(
    Object.entries(said)
      .filter(([, value]) => value !== null)
      .map(([key, value]): [string, string] => {
        const spoken = secrets.includes(key) ? withCanary(value) : value;
        return [`${PROJECT}:${key}`, deliveredText(delivery === "typed" ? spoken : quoted(spoken))];
      }),
  );
  if (location !== undefined) {
    values["azure-native:location"] = secrets.includes("location") ? location + CANARY : location;
  }
  const stored = [...secrets, ...(said["kubeconfig"] === KUBECONFIG ? ["kubeconfig"] : [])];
  const secretKeys = stored.map((key) =>
    key === "location" ? "azure-native:location" : `${PROJECT}:${key}`,
  );
  return { values, secretKeys: secretKeys.filter((key) => Object.hasOwn(values, key)) };
}

function withCanary(value: Json): Json {
  if (Array.isArray(value)) return [...value, CANARY];
  if (typeof value === "object" && value !== null) return { ...value, [CANARY]: CANARY };
  return `${String(value)}${CANARY}`;
}

/** Scalars below the top as text; at the top all are text anyway. */
function quoted(value: Json, depth = 0): Json {
  if (Array.isArray(value)) return value.map((item) => quoted(item, depth + 1));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, quoted(item, depth + 1)]));
  }
  return depth > 0 && value !== null ? String(value) : value;
}

/** A refusal names, for each fault, a setting, what was found, what is allowed and a fix; anything else is a crash. */
function refusal(
  error: unknown,
  values: Readonly<Record<string, string>>,
  refused: Set<string>,
): "settings" | "catalog" {
  if (error instanceof FaultError) {
    assert.ok(error.faults.length > 0);
    for (const { setting, allowed, fix } of error.faults)
      for (const part of [setting, allowed, fix]) assert.notEqual(part, "");
    assert.ok(!error.message.includes(CANARY));
    return "catalog";
  }
  if (!(error instanceof SettingsError)) throw error;
  assert.ok(error.faults.length > 0);
  assert.ok(!(error.message + JSON.stringify(error.faults)).includes(CANARY), "a secret is shown");
  for (const { setting, got, allowed, fix } of error.faults) {
    for (const part of [got, allowed, fix]) assert.notEqual(part, "");
    if (setting === "stack name" || setting === "azure-native:location") continue;
    const name = setting.slice(PROJECT.length + 1);
    const known = names.find(
      (key) => name === key || name.startsWith(`${key}.`) || name.startsWith(`${key}[`),
    );
    assert.ok(known !== undefined || Object.hasOwn(values, setting), `${setting} is no setting`);
    refused.add(known ?? "unknown names");
  }
  return "settings";
}

function typed(text: string): Json {
  try {
    const value = JSON.parse(text) as Json;
    // A version such as 1.35 is text in the file.
    return typeof value === "number" && text.includes(".") ? text : value;
  } catch {
    return text;
  }
}
