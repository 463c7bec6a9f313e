import { AppError } from "@pharmadb/contracts";
import { RecordUnreachable } from "@pharmadb/store";

/**
 * What `start` gives. Where the world around refuses it (a port that is taken, a folder that cannot be written, a
 * database that does not answer), the error is one line that names the variable which led there.
 */
export async function nameVariable<T>(variable: string | ((error: unknown) => string), start: Promise<T>): Promise<T> {
  try {
    return await start;
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === null) throw error;
    const name = typeof variable === "string" ? variable : variable(error);
    throw new AppError("unavailable", `${name}: ${reason}`, { cause: error });
  }
}

/** For what listens: an address that is not of this machine is the fault of the one variable, all else of the other. */
export function hostOrPort(host: string, port: string): (error: unknown) => string {
  return (error) => {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    return ["ENOTFOUND", "EAI_AGAIN", "EADDRNOTAVAIL"].includes(code) ? host : port;
  };
}

/** Null where it is no refusal of the system or the database, but a fault of ours that wants its stack shown. */
function reasonOf(error: unknown): string | null {
  if (error instanceof RecordUnreachable) return error.message;
  // A host name with several addresses fails once for each.
  if (error instanceof AggregateError) return reasonOf(error.errors[0]);
  return error instanceof Error && "code" in error && !(error instanceof AppError) ? error.message : null;
}
