export type GateLimits = {
  /** Attempts at one receiver at once. */
  perReceiver: number;
  /** Failures in a row after which a receiver counts as down. */
  threshold: number;
  /** How long one that is down is left alone at first; doubles with each attempt that finds it so. */
  openMs: number;
  maxOpenMs: number;
};

export type Place = Disposable & {
  /** Whether the attempt found the receiver down. */
  report(isDown: boolean): void;
  /** Whether this place may be used for another attempt at the same receiver. */
  mayGoOn(): boolean;
};

/** Who may be sent to now. One that is slow takes its own places and no other's; one that is down is asked rarely. */
export type ReceiverGate = {
  /** A place at the receiver; null where all are taken, or where it is to be left alone. */
  enter(receiver: string): Place | null;
  /** Those at which there is no place. */
  blocked(): string[];
};

type Receiver = { places: number; failures: number; openUntil: number; openings: number };

/** How long a receiver is remembered as down that nobody sends to any more. */
const FORGET_MS = 3_600_000;

/** The gate of one process. Another one finds out for itself, which costs a receiver that is down a few attempts. */
export function createReceiverGate(
  { perReceiver, threshold, openMs, maxOpenMs }: GateLimits,
  now: () => number = () => performance.now(),
): ReceiverGate {
  const receivers = new Map<string, Receiver>();

  function isShut({ places, failures, openUntil }: Receiver): boolean {
    if (failures < threshold) return places >= perReceiver;
    // Down: after a while one attempt at a time finds out whether it still is.
    return now() < openUntil || places > 0;
  }

  function forgetIfWell(name: string, receiver: Receiver): void {
    if (receiver.places === 0 && receiver.failures === 0) receivers.delete(name);
  }

  return {
    enter(name) {
      const receiver = receivers.get(name) ?? { places: 0, failures: 0, openUntil: 0, openings: 0 };
      if (isShut(receiver)) return null;
      receivers.set(name, receiver);
      receiver.places++;
      return {
        report(isDown) {
          if (!isDown) {
            receiver.failures = 0;
            receiver.openings = 0;
            return;
          }
          receiver.failures++;
          // Those that were on their way when it was found down tell nothing new.
          if (receiver.failures < threshold || now() < receiver.openUntil) return;
          receiver.openUntil = now() + Math.min(maxOpenMs, openMs * 2 ** receiver.openings);
          receiver.openings++;
        },
        mayGoOn: () => receiver.failures < threshold && receiver.places <= perReceiver,
        [Symbol.dispose]() {
          receiver.places--;
          forgetIfWell(name, receiver);
        },
      };
    },
    blocked() {
      const shut: string[] = [];
      for (const [name, receiver] of receivers) {
        if (isShut(receiver)) shut.push(name);
        else if (receiver.places === 0 && now() > receiver.openUntil + FORGET_MS) receivers.delete(name);
      }
      return shut;
    },
  };
}
