export { createToolRegistry } from "./create-tool-registry.ts";
export { documentsTools } from "./documents/documents-tools.ts";
export { tablesTools } from "./tables/tables-tools.ts";
export type { Tool, ToolContext, ToolRegistry, ToolResult } from "./tool.ts";
