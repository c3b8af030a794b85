export { cacheFolder } from "./cache";
export { ensureCharts, type Charts } from "./charts";
export { ensureTools } from "./ensure";
export {
  TOOL_NAMES,
  type EnsureOptions,
  type ResolvedTool,
  type ToolEvent,
  type ToolName,
  type ToolSource,
} from "./types";
