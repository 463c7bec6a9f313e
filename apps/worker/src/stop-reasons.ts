import { AppError } from "@pharmadb/contracts";

/** Why an attempt ends that has done nothing wrong: its process is to stop, another one goes on with the job. */
export class WorkerStopping extends AppError {
  constructor() {
    super("unavailable", "The worker is stopping; the job goes on elsewhere.");
    this.name = "WorkerStopping";
  }
}

/** Why an attempt ends whose owner wants it to. */
export const cancelled = () => new AppError("cancelled", "The job was cancelled.");

/** Whether an attempt ends because its time is up; what it has found by then may still be reported. */
export const isTimeout = (reason: unknown) => reason instanceof AppError && reason.code === "timeout";

/** A signal that fires when the job's time is up. Disposing stops the clock. */
export function startDeadline(seconds: number): { signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  const timer = setTimeout(
    () => controller.abort(new AppError("timeout", `The job did not end within its ${seconds} seconds.`)),
    seconds * 1000,
  );
  return { signal: controller.signal, [Symbol.dispose]: () => clearTimeout(timer) };
}
