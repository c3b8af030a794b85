import { ALL_TOOLS, TOOL_NAMES, type ToolName } from "./types";

/** What the command line asks for: all that the sandbox runs when it names nothing. */
export function parseNames(args: readonly string[]): { tools: readonly ToolName[]; charts: boolean } {
  if (args.length === 0) return { tools: TOOL_NAMES, charts: true };
  const tools = ALL_TOOLS.filter((name) => args.includes(name));
  const unknown = args.filter((arg) => arg !== "charts" && !tools.some((name) => name === arg));
  if (unknown.length > 0) {
    throw new Error(`Unknown tool ${unknown.join(", ")}: ${[...ALL_TOOLS, "charts"].join(", ")} are known.`);
  }
  return { tools, charts: args.includes("charts") };
}
