/** The wake-up that tells workers to look now which of their jobs are to be cancelled. */
export const CANCELS = "cancels";
