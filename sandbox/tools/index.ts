export { cacheFolder } from "./cache";
export { ensureCharts, type Charts } from "./charts";
export { ensureTools } from "./ensure";
export { ensureBootstrap } from "./bootstrap";
export {
  ALL_TOOLS,
  CONTROL_TOOLS,
  DATA_PLANE_TOOLS,
  RATE_LIMIT_TOOLS,
  TOOL_NAMES,
  type EnsureOptions,
  type ResolvedTool,
  type ToolEvent,
  type ToolName,
  type ToolSource,
} from "./types";
