import type { FieldError } from "@pharmadb/contracts";

/** A line of a batch, read and checked: a request, or what is wrong with it. */
export type BatchLine = ValidLine | InvalidLine;

type ValidLine = {
  line: number;
  customId: string;
  /** Which of the requests that come along it has, from 1. */
  place: number;
  metadata: Record<string, string>;
  fileIds: readonly string[];
  timeoutSeconds: number | undefined;
  webhookUrl?: string | undefined;
};

export type InvalidLine = { line: number; customId: string | null; error: { message: string; errors: FieldError[] } };
