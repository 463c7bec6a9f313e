import { z } from "zod";

/** The name of a tenant. In lower case, for it is a folder of the file storage, which may not tell cases apart. */
export const TenantId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, "1 to 63 lower-case letters, digits, - and _, the first a letter or a digit.");
