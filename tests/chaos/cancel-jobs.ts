import { setTimeout as pause } from "node:timers/promises";
import type { Client } from "@pharmadb/client";
import { AppError } from "@pharmadb/contracts";

const COME_AGAIN_MS = 250;

/** Asks for a job to be cancelled until that is answered: that it will be, or that it has ended before. */
export async function cancelUntilAnswered(client: Client, id: string): Promise<void> {
  for (;;) {
    try {
      await client.cancel(id);
      return;
    } catch (error) {
      if (error instanceof AppError && error.code === "conflict") return;
      if (!(error instanceof AppError && error.code === "unavailable")) throw error;
      await pause(COME_AGAIN_MS);
    }
  }
}
