import { fork } from "node:child_process";
import { once } from "node:events";

/** A benchmark's part in a process of its own, so that its CPU and memory are its own. Asked and answered by IPC. */
export type BenchChild = AsyncDisposable & { pid: number; ask<Answer>(question: unknown): Promise<Answer> };

/** Starts a module that calls `serveBench`, once it is ready. */
export async function startBenchChild(module: URL, args: string[] = []): Promise<BenchChild> {
  const child = fork(module, args, {
    execArgv: ["--max-semi-space-size=16", "--expose-gc", "--disable-warning=ExperimentalWarning"],
  });
  await once(child, "message");
  return {
    pid: child.pid ?? 0,
    async ask<Answer>(question: unknown) {
      const answered = new AbortController();
      const { signal } = answered;
      child.send({ question });
      try {
        const [message] = (await Promise.race([
          once(child, "message", { signal }),
          once(child, "exit", { signal }).then(([code]) => {
            throw new Error(`The benchmark's child ended with ${code}.`);
          }),
        ])) as [{ answer: Answer }];
        return message.answer;
      } finally {
        answered.abort();
      }
    },
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null) return;
      child.disconnect();
      await once(child, "exit");
    },
  };
}

/** The child's side: answers each question in turn, and ends its process when the parent lets go. */
export function serveBench<Question, Answer>(
  answer: (question: Question) => Promise<Answer>,
  close: () => Promise<void>,
): void {
  process.on("message", (message: { question: Question }) => {
    void answer(message.question).then((value) => process.send?.({ answer: value }));
  });
  process.on("disconnect", () => void close().then(() => process.exit(0)));
  process.send?.("ready");
}
