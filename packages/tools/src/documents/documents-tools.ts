import type { Tool } from "../tool.ts";
import { documentsRead } from "./documents-read.ts";
import { documentsSearch } from "./documents-search.ts";

/** Search and read the documents of a job. */
export const documentsTools: Tool[] = [documentsSearch, documentsRead];
