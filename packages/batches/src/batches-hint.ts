/** The wake-up that tells workers to look after the batches now. */
export const BATCHES = "batches";
