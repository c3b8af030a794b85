import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { format } from "prettier";
import { z } from "zod";
import { docOf } from "./document";
import { fileSettings } from "./project";
import { regionSchema, sharedSchema } from "./schema";
import { mapValueOf, partsOf } from "./walk";

/** One line of a setting's table. */
interface Part {
  readonly path: string;
  readonly description: string;
  readonly allowed: string;
  readonly default: string;
}

const INTRODUCTION = `# Settings

<!-- Written by \`npm run docs:settings\` from config/schema.ts and Pulumi.yaml. Do not edit. -->

A stack is named after a region of the regions table, or \`global\`. What all stacks share has its default in
\`Pulumi.yaml\`; a region's own values stand in \`Pulumi.<region>.yaml\`. A stack file may say a shared setting again,
and then says it whole: the engine does not merge objects. Settings that decide about links (\`regions\`, \`leaving\`,
\`topology\`, \`eastWest\`, \`trust\`, \`meshId\`, \`trustDomain\`, \`networkPlugin\`, \`applications\`) must be the same for all stacks, so
change those in \`Pulumi.yaml\`.

All faults of a stack are reported at once, before any resource is made. An unknown setting is a fault. Only
\`kubeconfig\` may be a secret: whatever is made from another setting stands in the state in plain text.
`;

/** The page docs/settings.md, formatted as the repository's check wants it. */
export async function settingsPage(projectFile: string): Promise<string> {
  const defaults = fileSettings(projectFile);
  const page = [
    INTRODUCTION,
    "## Shared settings\n",
    ...Object.entries(sharedSchema.shape).map(([key, schema]) =>
      section(key, schema, defaults[`global-mesh:${key}`]),
    ),
    "## Settings of one region\n",
    "In `Pulumi.<region>.yaml` only, beside `azure-native:location`, which is the region's name.\n",
    ...Object.entries(regionSchema.shape).map(([key, schema]) => section(key, schema, undefined)),
  ].join("\n");
  return format(page, { parser: "markdown", printWidth: 110 });
}

function section(key: string, schema: z.core.$ZodType, projectDefault: string | undefined): string {
  const doc = docOf(schema);
  if (doc === undefined) throw new Error(`setting ${key} has no documentation`);
  const value = projectDefault ?? defaultOf(schema);
  const parts = rowsOf(schema, "");
  const lines = [
    `### ${key}\n`,
    `${prose(doc.description)}\n`,
    `- Allowed: ${prose(doc.allowed)}`,
    `- Default: ${value === undefined ? "none" : code(value)}`,
    ...(doc.fix === undefined ? [] : [`- If refused: ${prose(doc.fix)}`]),
    "",
  ];
  if (parts.length === 0) return lines.join("\n");
  return [
    ...lines,
    "| part | meaning | allowed | default |",
    "| --- | --- | --- | --- |",
    ...parts.map(
      (part) => `| ${[part.path, part.description, part.allowed, part.default].map(cell).join(" | ")} |`,
    ),
    "",
  ].join("\n");
}

function rowsOf(schema: z.core.$ZodType, prefix: string): readonly Part[] {
  const each = mapValueOf(schema);
  if (each !== undefined) return rowsOf(each, `${prefix}<name>.`);
  return Object.entries(partsOf(schema)).flatMap(([key, part]) => {
    const doc = docOf(part);
    if (doc === undefined) throw new Error(`part ${prefix}${key} of a setting has no documentation`);
    const value = defaultOf(part);
    const row = { path: `\`${prefix}${key}\``, description: doc.description, allowed: doc.allowed };
    return [
      { ...row, default: value === undefined ? "none" : code(value) },
      ...rowsOf(part, `${prefix}${key}.`),
    ];
  });
}

/** The default that a schema gives, as text. */
function defaultOf(schema: z.core.$ZodType): string | undefined {
  if (!(schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)) return undefined;
  const value: unknown = schema.def.defaultValue;
  return typeof value === "string" ? value : JSON.stringify(value);
}

function code(text: string): string {
  return `\`${text}\``;
}

/** Outside of code, an angle bracket would begin an HTML element. */
function prose(text: string): string {
  return text
    .split("`")
    .map((piece, index) => (index % 2 === 0 ? piece.replaceAll("<", "\\<") : piece))
    .join("`");
}

/** A bar would end the cell. */
function cell(text: string): string {
  return prose(text).replaceAll("|", "\\|");
}

if (require.main === module) {
  const root = path.join(__dirname, "..");
  void settingsPage(readFileSync(path.join(root, "Pulumi.yaml"), "utf8")).then((page) =>
    writeFileSync(path.join(root, "docs", "settings.md"), page),
  );
}
