import { writeFileSync } from "node:fs";
import path from "node:path";
import { format } from "prettier";
import { SUPPRESS_ANNOTATION, type RuleText } from "../../istio/lint";
import { describedChapters, describedRules } from "../../istio/lint/rules/described";

const INTRODUCTION = `# The linter

<!-- Written by \`npm run docs:lint\` from istio/lint/rules. Do not edit. -->

\`mesh lint\` looks over everything that all regions of the mesh get, before any of it is applied. It asks no cluster
and no engine: it reads the catalog, \`Pulumi.yaml\` and the stack files.

\`\`\`sh
npx mesh lint                                # the catalog, for all regions together
npx mesh lint --severity error --json        # for scripts
npx mesh lint team-a.yaml manifests/         # YAML that others wrote: files, folders, - for standard input
npx mesh lint --per-cluster eastus/ westeurope/   # a folder for each cluster, compared with each other too
\`\`\`

It exits with 0 where there is no error, 1 where there is one, and 2 when it was called wrongly or cannot read a file.
Every \`pulumi preview\` and \`pulumi up\` of a region lints too: an error stops it before anything is made, warnings are
among the engine's messages. The policy pack ([guardrails.md](guardrails.md)) judges the resources of one stack, charts
and clusters included; the linter sees the regions and the catalog behind them.

A finding names its code, the entry (\`catalog/<application>/ <entry>\`) or the file and line that it comes from, the
object and the clusters that get it, the cause, and the fix.

## What it knows

Of the catalog it knows the services with their hosts, namespaces, versions and service accounts, the external services,
and the regions. Of YAML files it knows what stands in them: of Services, ServiceEntries, workloads and Gateways that are
not there it says nothing, as long as the files show none of the same namespace, or none at all. Labels of a service's
workloads other than \`app\` and \`version\` are its owner's, so a selector by them is taken to match.

## When a finding is meant to be so

In the catalog, with the entry as the finding names it; without an entry it is all of the application:

\`\`\`ts example
export const shop = application({
  name: "shop",
  suppress: [{ code: "GM203", entry: "services.cart", reason: "readiness probes decide alone" }],
});
\`\`\`

In YAML, and on an object of \`raw\`, by an annotation; several are separated by \`;\`:

\`\`\`yaml
metadata:
  annotations:
    ${SUPPRESS_ANNOTATION}: "GM603: nobody routes by requests here"
\`\`\`

A suppression that matches nothing, or gives no reason, is itself a finding. \`--json\` lists what is suppressed, with
the reasons.

`;

/** The page docs/lint.md, formatted as the repository's check wants it. */
export async function lintPage(): Promise<string> {
  const page = [
    INTRODUCTION,
    `## Rules\n\n${describedRules.length} rules. An error breaks requests or opens a hole, a warning may be meant.\n`,
    "IST is the code of the same rule in `istioctl analyze`, KIA in Kiali; they look at one running cluster.\n",
    ...describedChapters.flatMap(({ title, rules }) => [
      `### ${title}\n`,
      "| code | what must hold | severity | also |",
      "| --- | --- | --- | --- |",
      ...rules.map(
        (rule) =>
          `| [${rule.code}](#${rule.code.toLowerCase()}) | ${cell(rule.title)} | ${rule.severity} | ${also(rule)} |`,
      ),
      "",
      ...rules.map(section),
    ]),
  ].join("\n");
  return format(page, { parser: "markdown", printWidth: 110 });
}

function section({ code, title, why, fix }: RuleText): string {
  return `#### ${code}\n\n${cell(title)}. ${cell(why)}\n\nFix: ${cell(fix)}\n`;
}

function also({ also: codes = [] }: RuleText): string {
  return codes
    .map((code) => (code.startsWith("IST") ? `[${code}](${analysis(code)})` : kiali(code)))
    .join(", ");
}

const analysis = (code: string): string =>
  `https://istio.io/latest/docs/reference/config/analysis/${code.toLowerCase()}/`;
const kiali = (code: string): string => `[${code}](https://kiali.io/docs/features/validations/)`;

/** Stars and bars would be read as markup. */
const cell = (text: string): string =>
  text.replaceAll("|", "\\|").replaceAll("*", "\\*").replaceAll("<", "\\<");

if (require.main === module) {
  const file = path.join(__dirname, "..", "..", "docs", "lint.md");
  void lintPage().then((page) => writeFileSync(file, page));
}
