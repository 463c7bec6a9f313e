import { SCOPES, type Scope } from "@pharmadb/contracts";
import { z } from "zod";

/** A key as it is listed: all about it but the key itself, which nobody can read again. */
export type ApiKey = {
  id: string;
  tenant_id: string;
  name: string;
  /** The first characters of the key. */
  prefix: string;
  scopes: Scope[];
  /** Requests a minute; null: as the service is set. */
  rate_per_minute: number | null;
  created_at: string;
  /** About when it was last used, to the minute. */
  last_used_at: string | null;
  expires_at: string | null;
  revoked_at: string | null;
};

const time = z.date().transform((value) => value.toISOString());

export const ApiKeyRow: z.ZodType<ApiKey> = z.object({
  id: z.string(),
  tenant_id: z.string(),
  name: z.string(),
  prefix: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  rate_per_minute: z.number().nullable(),
  created_at: time,
  last_used_at: time.nullable(),
  expires_at: time.nullable(),
  revoked_at: time.nullable(),
});
