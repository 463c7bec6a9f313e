import { WEBHOOK_TEST } from "@pharmadb/contracts";
import type { EgressAnswer } from "@pharmadb/egress";
import type { AttemptOutcome, ClaimedDelivery } from "@pharmadb/store";
import { retryAfterMs, retryWaitMs } from "./retry-wait.ts";

/** What an attempt means: for its delivery, for the endpoint, and for the next ones to the same receiver. */
export type Verdict = Pick<AttemptOutcome, "next" | "error" | "wentWell" | "disable"> & {
  /** Whether the receiver is not there, or not able to answer; a refusal is an answer. */
  isDown: boolean;
};

const TOO_MANY_REQUESTS = 429;
const GONE = 410;

type About = { delivery: Pick<ClaimedDelivery, "tries" | "type">; schedule: readonly number[] };

/** Judges an attempt by its answer, or by why there is none. */
export function judgeAnswer(answer: Pick<EgressAnswer, "status" | "headers"> | Error, about: About): Verdict {
  if (answer instanceof Error) return failed(answer.message, { about, isDown: true, askedMs: null });
  const { status, headers } = answer;
  if (status >= 200 && status < 300) return { next: "delivered", error: null, wentWell: true, isDown: false };
  const error = errorOf(status);
  if (status === GONE) {
    const reason = "The receiver answered 410 Gone.";
    return { next: "failed", error, wentWell: false, isDown: false, disable: reason };
  }
  const isDown = status >= 500 || status === TOO_MANY_REQUESTS;
  if (headers.get("webhook-delivery") === "abort-message") {
    return { next: "failed", error: `${error} The receiver wants this message no more.`, wentWell: false, isDown };
  }
  return failed(error, { about, isDown, askedMs: retryAfterMs(headers.get("retry-after"), Date.now()) });
}

function errorOf(status: number): string {
  return status >= 300 && status < 400
    ? `The receiver answered ${status}; redirects are not followed.`
    : `The receiver answered ${status}.`;
}

function failed(
  error: string,
  { about, isDown, askedMs }: { about: About; isDown: boolean; askedMs: number | null },
): Verdict {
  const { delivery, schedule } = about;
  // Whoever asks for a test waits for its outcome, and does not want it again in a day.
  const isTest = delivery.type === WEBHOOK_TEST;
  const waitMs = isTest ? null : retryWaitMs({ tries: delivery.tries, schedule, askedMs });
  const next = waitMs === null ? "failed" : { againInMs: waitMs };
  return { next, error, wentWell: isTest ? null : false, isDown };
}
