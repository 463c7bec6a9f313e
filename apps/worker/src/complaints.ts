import { RecordUnreachable } from "@pharmadb/store";
import type { Logger } from "@pharmadb/telemetry";

/** An `onError` that puts the error into the log under this message, with these fields. */
export type Complain = (message: string, fields?: object) => (error: unknown) => void;

/** Complaints of what goes on all the time. Of a record that is away, the record itself has told, and once. */
export function createComplaints(logger: Logger): Complain {
  return (message, fields) => (error) => {
    if (!(error instanceof RecordUnreachable)) logger.warn(message, { ...fields, error });
  };
}
