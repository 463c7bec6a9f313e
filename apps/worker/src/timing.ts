/** How long the worker waits for what, in milliseconds. */
export type Timing = {
  /** How long running jobs may go on after the worker was asked to stop: all of the end has 30 seconds. */
  graceMs: number;
  /** How often the record is asked which running jobs are to be cancelled, should nobody tell. */
  cancelPollMs: number;
  /** How often the backlog is looked at for jobs whose time has come, and such as nobody told of. */
  dispatchMs: number;
  /** How often the worker says that it lives, and how long others believe it. */
  heartbeatMs: number;
  leaseMs: number;
  /** How often lost jobs are looked for. */
  reconcileMs: number;
  /** How long a dispatched job may wait before its queue entry is looked for; longer than it takes to add one. */
  lostAfterMs: number;
  /** How long the queue keeps an entry for a worker that has gone silent. */
  lockMs: number;
  /** How often the audit trail is sealed, and how often the log tells its end. */
  auditSealMs: number;
  auditHeadMs: number;
  /** How often it is seen to that the queue knows what recurs. */
  maintenanceKeepMs: number;
  /** How often schedules are looked for that are due and of which the queue has not told. */
  scheduleSweepMs: number;
  /** How often what has expired is cleared away, and the rest between two steps of it. */
  retentionMs: number;
  retentionRestMs: number;
  /** How long an attempt that has been told to stop may take to do so before it is left behind. */
  settleMs: number;
  /** How long an attempt whose time is up may take to put together a report of what it has. */
  wrapUpMs: number;
  /** The wait before the first retry; each further one doubles it. */
  retryBaseMs: number;
  retryMaxMs: number;
  /** How often batches are looked for that have moved and nobody told of, and files with requests. */
  batchSweepMs: number;
  /** How often all batches are looked after, whether they have moved or not. */
  batchAllMs: number;
  /** How long a worker rests between two rounds of looking after batches that have moved. */
  batchRestMs: number;
  /** How often it is said that a file with requests is being read; thrice that without a word, and another begins. */
  batchHeartbeatMs: number;
  /** How long nothing may be heard of the process that receives a batch before what has come is taken back. */
  batchAbandonMs: number;
  /** How often webhooks that are due and not queued are looked for. */
  webhookPollMs: number;
  /** How long an attempt at a webhook may take before it counts as lost with its process. */
  webhookLeaseMs: number;
  /** How long a receiver that is down is left alone at first. */
  webhookOpenMs: number;
};

export const TIMING: Timing = {
  graceMs: 25_000,
  cancelPollMs: 300,
  dispatchMs: 1_000,
  heartbeatMs: 4_000,
  leaseMs: 15_000,
  reconcileMs: 5_000,
  lostAfterMs: 10_000,
  lockMs: 60_000,
  auditSealMs: 1_000,
  auditHeadMs: 3_600_000,
  maintenanceKeepMs: 30_000,
  scheduleSweepMs: 10_000,
  retentionMs: 600_000,
  retentionRestMs: 50,
  settleMs: 500,
  wrapUpMs: 5_000,
  retryBaseMs: 1_000,
  retryMaxMs: 60_000,
  batchSweepMs: 1_000,
  batchAllMs: 30_000,
  batchRestMs: 100,
  batchHeartbeatMs: 5_000,
  batchAbandonMs: 30_000,
  webhookPollMs: 1_000,
  webhookLeaseMs: 30_000,
  webhookOpenMs: 30_000,
};
