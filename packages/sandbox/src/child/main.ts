import type { ChildCall, ChildMessage, ChildResults, Failure, ParentMessage } from "../pool/messages.ts";
import { toFailure } from "./failure.ts";
import { answerQuery, interruptQuery } from "./query-calls.ts";

/** The program of a sandbox child: it answers one call after the other and dies with its parent. */
process.on("disconnect", die);
process.on("message", (message) => {
  const { type, id } = message as ParentMessage;
  if (type === "interrupt") interruptQuery(id);
  else void answer(id, (message as Extract<ParentMessage, { type: "call" }>).call);
});
send({ type: "ready" });

async function answer(id: number, call: ChildCall): Promise<void> {
  try {
    const value = await perform(id, call);
    send({ type: "result", id, value, cpuSeconds: cpuSeconds() });
  } catch (error) {
    send({
      type: "failure",
      id,
      failure: toFailure(error, (message) => unknownFailure(call, message)),
      cpuSeconds: cpuSeconds(),
    });
  }
}

async function perform(id: number, call: ChildCall): Promise<ChildResults[ChildCall["op"]]> {
  if (call.op === "query") return await answerQuery(id, call);
  const { prepareFile } = await import("./prepare-file.ts");
  return await prepareFile(call);
}

function unknownFailure(call: ChildCall, message: string): Failure {
  if (call.op === "query") return { code: "query_failed", message, details: { reason: "engine" } };
  return { code: "file_unreadable", message: `${call.file.name}: ${message}`, details: { file: call.file.name } };
}

function send(message: ChildMessage): void {
  if (process.connected) process.send?.(message);
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Nothing of a child is worth an orderly end, and an orderly end would wait for the engine's threads. */
function die(): void {
  process.kill(process.pid, "SIGKILL");
}
