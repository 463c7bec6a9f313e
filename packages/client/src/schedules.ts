import { type NewSchedule, Research, Schedule, type SchedulePatch, ScheduleRun } from "@pharmadb/contracts";
import type { z } from "zod";
import { type Http, jsonBody } from "./http.ts";
import { type Listing, readPages } from "./pages.ts";

/** What a caller writes; fields with a default may be left out. */
export type CreateSchedule = z.input<typeof NewSchedule>;
export type UpdateSchedule = z.input<typeof SchedulePatch>;

/** Questions that are asked again and again, as functions. */
export type ScheduleClient = {
  create(schedule: CreateSchedule): Promise<Schedule>;
  list(options?: Listing): AsyncGenerator<Schedule>;
  get(id: string): Promise<Schedule>;
  /** What is left out stays as it is; `paused` stops it and lets it go on. */
  update(id: string, changes: UpdateSchedule): Promise<Schedule>;
  delete(id: string): Promise<void>;
  /** What came of each time, with what each report says otherwise than the one before. */
  runs(id: string, options?: Listing): AsyncGenerator<ScheduleRun>;
  /** Runs it now, beside its times; gives the job. */
  run(id: string): Promise<Research>;
};

const PATH = "/api/v1/schedules";

export function createScheduleClient(http: Http): ScheduleClient {
  const path = (id: string, part = "") => `${PATH}/${encodeURIComponent(id)}${part}`;
  return {
    create: (schedule) => http.json(Schedule, PATH, jsonBody("POST", schedule)),
    list: (options) => readPages(http, { path: PATH, item: Schedule }, options),
    get: (id) => http.json(Schedule, path(id)),
    update: (id, changes) => http.json(Schedule, path(id), jsonBody("PATCH", changes)),
    delete: async (id) => void (await http.send(path(id), { method: "DELETE" })),
    runs: (id, options) => readPages(http, { path: path(id, "/runs"), item: ScheduleRun }, options),
    run: (id) => http.json(Research, path(id, "/runs"), { method: "POST" }),
  };
}
