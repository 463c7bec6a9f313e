import type { Tool } from "../tool.ts";
import { tablesDescribe } from "./tables-describe.ts";
import { tablesList } from "./tables-list.ts";
import { tablesQuery } from "./tables-query.ts";
import { tablesSample } from "./tables-sample.ts";

/** List, describe, sample and query the tables of a job. */
export const tablesTools: Tool[] = [tablesList, tablesDescribe, tablesSample, tablesQuery];
