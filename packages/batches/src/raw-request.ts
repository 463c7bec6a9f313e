/** A request as it came, before it is known to be one. */
export type RawRequest = {
  /** The line that it was submitted in, or its place in `requests`; counts from 1. */
  line: number;
  /** How far the source has been read with it. */
  readBytes: number;
} & ({ value: unknown } | { complaint: string });

/** Requests in the order of submission, as many at a time as have arrived. */
export type RequestSource = AsyncIterable<RawRequest[]>;
