import { AppError } from "@pharmadb/contracts";
import { z } from "zod";

/** Of the public halves of a project's keys, those that sign its users' tokens. */
const PublicKey = z.looseObject({ kid: z.string(), kty: z.enum(["EC", "RSA"]), alg: z.enum(["ES256", "RS256"]) });
type PublicKey = z.infer<typeof PublicKey>;

/** Other kinds of key may stand beside those. */
const KeySet = z.object({ keys: z.array(PublicKey.or(z.unknown())) });

export type ProjectKeysTiming = {
  /** After this time the keys are asked for again, so that one that was withdrawn ends. */
  freshMs: number;
  /** So long they are used while the project cannot be asked. */
  staleMs: number;
  /** An unknown key makes the project be asked once in this time, whoever makes up how many. */
  cooldownMs: number;
};

/** The public key of this id; null where the project has none. Throws `unavailable` where it cannot be known. */
export type FindKey = (kid: string) => Promise<PublicKey | null>;

/** Knows a project's public keys, and asks for them no more often than is needed. */
export function createProjectKeys(getKeySet: () => Promise<unknown>, timing: ProjectKeysTiming): FindKey {
  let known: { keys: Map<string, PublicKey>; atMs: number } | null = null;
  let triedMs = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | null = null;

  async function ask(): Promise<void> {
    triedMs = performance.now();
    const { keys } = KeySet.parse(await getKeySet());
    const usable = keys.flatMap((key) => PublicKey.safeParse(key).data ?? []);
    known = { keys: new Map(usable.map((key) => [key.kid, key])), atMs: performance.now() };
  }

  async function refresh(): Promise<void> {
    asking ??= ask().finally(() => {
      asking = null;
    });
    try {
      await asking;
    } catch (cause) {
      if (known && performance.now() - known.atMs < timing.staleMs) return;
      throw new AppError("unavailable", "The keys of the Supabase project cannot be had to check the token.", {
        cause,
      });
    }
  }

  return async (kid) => {
    const isFresh = known !== null && performance.now() - known.atMs < timing.freshMs;
    const found = known?.keys.get(kid);
    if (isFresh && found) return found;
    if (known === null || performance.now() - triedMs >= timing.cooldownMs) await refresh();
    else if (performance.now() - known.atMs >= timing.staleMs) await refresh();
    return known?.keys.get(kid) ?? null;
  };
}
