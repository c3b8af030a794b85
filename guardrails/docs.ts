import { writeFileSync } from "node:fs";
import path from "node:path";
import { format } from "prettier";
import { z } from "zod";
import type { Rule } from "./rule";
import { aksRules } from "./rules/aks";
import { meshRules } from "./rules/mesh";

const INTRODUCTION = `# Guardrails

<!-- Written by \`npm run docs:guardrails\` from guardrails/rules. Do not edit. -->

A policy pack for Pulumi CrossGuard: rules over AKS clusters, what they stand on in Azure, and the Istio and Kubernetes
objects of a mesh. It runs on this program and on any other that uses \`@pulumi/azure-native\` (all of it, single modules,
or packages of one API version) and \`@pulumi/kubernetes\`:

\`\`\`sh
pulumi preview --policy-pack <this repository>/guardrails
pulumi preview --policy-pack <this repository>/guardrails --policy-pack-config guardrails.json
\`\`\`

The folder needs the repository's \`npm ci\` and no build. In the sandbox every preview and update runs under it, those
that you start in \`mesh sandbox shell\` too.

A \`mandatory\` rule fails the preview, and \`pulumi up\` then changes nothing; an \`advisory\` one warns. What only the
update shows (values not known before, or everything with \`--skip-preview\`) fails the update: before the resource in
question is changed, but not before others. The default stacks violate none. Each violation names the resource, the property, the value got, what is allowed, and the fix.

## Configuration

A JSON file, by rule; \`all\` stands for every rule. A rule's value is a level (\`mandatory\`, \`advisory\`, \`disabled\`), or
an object with \`enforcementLevel\` and the rule's settings. The CLI refuses settings that a rule does not have and values
of another type before anything runs.

\`\`\`json
{
  "aks-version": "mandatory",
  "aks-zones": { "enforcementLevel": "mandatory", "minimum": 3, "except": ["build-agents"] },
  "aks-ephemeral-disk": "disabled"
}
\`\`\`

Every rule takes \`except\`, a list of logical names of resources that it does not look at.

## What a rule sees

- A rule over one resource judges its inputs before it is changed; a rule over the stack judges all resources at the end
  of a preview or update, so that in an update they have been changed by then.
- A value that is not known before the update, such as the id of something yet to be made, violates nothing in a
  preview. The update judges it again with the value: a rule over one resource before that is made, a rule over the
  stack at the end.
- A property that is left out is judged by what Azure, Kubernetes or Istio make of that; where that default depends on
  the API version, by the least safe one.
- A Helm Release is judged by its inputs and by what its chart makes: \`helm\` renders it, and the rules over single
  Istio and Kubernetes objects judge each one ([how](../guardrails/manifests/README.md)).
- Options of a resource (\`protect\`, \`ignoreChanges\`) are not judged.

## Not among the rules

| recommendation | why not |
| --- | --- |
| private cluster (CIS AKS 5.4.2, 5.4.3, Checkov CKV_AZURE_115) | this program has no private clusters yet; \`aks-api-restricted\` lets them pass |
| secrets encrypted by a key of your own (CIS AKS 5.3.1), disk encryption sets (CKV_AZURE_117) | they need a Key Vault, which this program does not make; Azure encrypts both with its own keys |
| encryption at host (CKV_AZURE_227) | a feature that each subscription must be registered for first |
| Azure Policy add-on (CKV_AZURE_116) | it judges in the cluster what this pack judges before |
| 50 pods a node (CKV_AZURE_168) | with addresses of the virtual network fewer pods a node are a choice, not a fault |
| a NetworkPolicy in every namespace (CIS AKS 4.4.2) | what may reach a workload is said by mutual TLS and AuthorizationPolicy here; \`kubernetes-network-policy-open\` judges those that there are |
| tokens of accounts only where needed (CIS AKS 4.1.6) | whether a workload asks the API server anything cannot be seen in its pod |
| secrets among the values of a chart | the engine hands values to a pack without a mark of which are secret |
| image scanning and registries (CIS AKS 5.1) | this program makes no registry |

`;

/** The page docs/guardrails.md, formatted as the repository's check wants it. */
export async function guardrailsPage(): Promise<string> {
  const page = [
    INTRODUCTION,
    `## Rules\n\n${aksRules.length + meshRules.length} rules: ${aksRules.length} over AKS and Azure, ` +
      `${meshRules.length} over Istio and Kubernetes.\n`,
    ...chapter("AKS and Azure", aksRules),
    ...(meshRules.length === 0 ? [] : chapter("Istio and Kubernetes", meshRules)),
  ].join("\n");
  return format(page, { parser: "markdown", printWidth: 110 });
}

function chapter(title: string, rules: readonly Rule[]): readonly string[] {
  return [
    `## ${title}\n`,
    "| rule | what must hold | level |",
    "| --- | --- | --- |",
    ...rules.map((rule) => `| [${rule.id}](#${rule.id}) | ${cell(rule.title)} | ${rule.level} |`),
    "",
    ...rules.map(section),
  ];
}

function section(rule: Rule): string {
  const settings = Object.entries<z.core.$ZodType>(rule.settings.shape).filter(([key]) => key !== "except");
  return [
    `### ${rule.id}\n`,
    `${prose(rule.title)}. ${prose(rule.why)}\n`,
    `- Level: ${rule.level}`,
    `- Judges: ${rule.scope === "stack" ? "all resources of the stack" : rule.types.map(code).join(", ")}`,
    `- Fix: ${prose(rule.fix)}`,
    `- Source: ${rule.sources.map(({ title, url }) => `[${title}](${url})`).join("; ")}`,
    "",
    ...(settings.length === 0
      ? []
      : [
          "| setting | meaning | default |",
          "| --- | --- | --- |",
          ...settings.map(
            ([key, schema]) =>
              `| ${code(key)} | ${cell(describe(rule, key, schema))} | ${cell(defaultOf(schema))} |`,
          ),
          "",
        ]),
  ].join("\n");
}

function describe(rule: Rule, key: string, schema: z.core.$ZodType): string {
  const text = schema instanceof z.ZodType ? schema.description : undefined;
  if (text === undefined) throw new Error(`setting ${key} of rule ${rule.id} has no description`);
  return text;
}

function defaultOf(schema: z.core.$ZodType): string {
  if (!(schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)) return "none";
  return code(JSON.stringify(schema.def.defaultValue));
}

const code = (text: string): string => `\`${text}\``;

/** Outside of code, an angle bracket would begin an HTML element. */
function prose(text: string): string {
  return text
    .split("`")
    .map((piece, index) => (index % 2 === 0 ? piece.replaceAll("<", "\\<") : piece))
    .join("`");
}

/** A bar would end the cell. */
const cell = (text: string): string => prose(text).replaceAll("|", "\\|");

if (require.main === module) {
  const file = path.join(__dirname, "..", "docs", "guardrails.md");
  void guardrailsPage().then((page) => writeFileSync(file, page));
}
