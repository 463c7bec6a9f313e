/** What calls of a model may use together within a minute; null: as much as they like. */
export type ModelLimits = {
  requestsPerMinute: number | null;
  tokensPerMinute: number | null;
};

/** A place in time that is written down for a call. */
export type Place = {
  /** Which part of time it is in, counted from the epoch. */
  slice: number;
  /** The time until then; 0: now. */
  waitMs: number;
};

/**
 * Writes down which calls are let go when. Time is cut into slices, and of any sixty-one in a row, in which each minute
 * lies with both its ends, no more is given away than a minute allows.
 */
export type ShareLedger = {
  /** The first place with room for a request of so many tokens, from now on; null where there is none soon. */
  reserve(tokens: number): Promise<Place | null>;
  /** Corrects what was written down for a place. */
  correct(slice: number, change: { requests: number; tokens: number }): Promise<void>;
};

/** Slices in a minute. */
export const SLICES = 60;
/** How many slices ahead places are given away. What comes later waits without one. */
export const SLICES_AHEAD = 10 * SLICES;
