import OpenAI from "openai";

type Body = OpenAI.Responses.ResponseCreateParamsNonStreaming;

/** The calls of so many jobs, each one's in turn and the jobs at once, by the plain SDK; gives the CPU it took. */
export async function plainCalls(
  baseURL: string,
  { bodies, jobs }: { bodies: unknown[]; jobs: number },
): Promise<{ cpuMs: number }> {
  const client = new OpenAI({ apiKey: "sk-bench", adminAPIKey: null, baseURL });
  const cpu = process.cpuUsage();
  await Promise.all(
    Array.from({ length: jobs }, async () => {
      for (const body of bodies as Body[]) await client.responses.create(body);
    }),
  );
  const { user, system } = process.cpuUsage(cpu);
  return { cpuMs: (user + system) / 1000 };
}
