import type { FieldError } from "@pharmadb/contracts";

/** A line of a batch, read and checked: a request, or what is wrong with it. */
export type BatchLine = ValidLine | InvalidLine;

/** A request as it is stored, its text made already: that and little else is held while lines wait to be written. */
type ValidLine = {
  line: number;
  customId: string;
  /** The `ResearchRequest` as JSON. */
  requestJson: string;
  metadata: Record<string, string>;
  fileIds: readonly string[];
  timeoutSeconds: number | undefined;
  webhookUrl?: string | undefined;
};

export type InvalidLine = { line: number; customId: string | null; error: { message: string; errors: FieldError[] } };
