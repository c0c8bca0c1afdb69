/** How many tries may be on their way at once, in this process. */
export interface InFlightLimits {
  perEndpoint: number;
  /** Together, to endpoints whose last try failed: however many hang, the others keep the rest of the places. */
  failing: number;
  /** Tries that wait for a place at an endpoint: in all, and each for how long. */
  waiting: number;
  waitMs: number;
}

/** Fewer than the places of the queue `duijie-outgoing` (32), so that no endpoint, and not all that fail, take them all. */
export const inFlightLimits: InFlightLimits = { perEndpoint: 4, failing: 12, waiting: 8, waitMs: 1_000 };

/** Gives the place back. */
export type Leave = () => void;

/** Counts tries on their way. One endpoint that hangs must not hold up the others. */
export class InFlight {
  readonly #limits: InFlightLimits;
  readonly #byEndpoint = new Map<string, number>();
  readonly #wakes = new Map<string, (() => void)[]>();
  #failing = 0;
  #waiting = 0;

  constructor(limits: InFlightLimits = inFlightLimits) {
    this.#limits = limits;
  }

  /**
   * Takes a place; null when there is none. An endpoint that fails gets one. Who takes over from a process that died takes
   * over its places, too: each process has as many.
   */
  enter(endpointId: string, failing: boolean, isTakenOver = false): Leave | null {
    const { perEndpoint, failing: failingLimit } = this.#limits;
    const taken = this.#byEndpoint.get(endpointId) ?? 0;
    const places = (failing ? 1 : perEndpoint) * (isTakenOver ? 2 : 1);
    if (taken >= places || (failing && this.#failing >= failingLimit)) return null;
    this.#byEndpoint.set(endpointId, taken + 1);
    if (failing) this.#failing += 1;
    return () => {
      const left = (this.#byEndpoint.get(endpointId) ?? 1) - 1;
      if (left > 0) this.#byEndpoint.set(endpointId, left);
      else this.#byEndpoint.delete(endpointId);
      if (failing) this.#failing -= 1;
      this.#wakes.get(endpointId)?.shift()?.();
    };
  }

  /**
   * As `enter`, but a few wait for a place: an endpoint that answers in milliseconds soon has one, and to put the delivery
   * back instead costs a turn through the whole queue. Nobody waits for one that fails.
   */
  async enterSoon(endpointId: string, failing: boolean, isTakenOver = false): Promise<Leave | null> {
    const { waiting, waitMs } = this.#limits;
    const at = this.enter(endpointId, failing, isTakenOver);
    if (at !== null || failing || this.#waiting >= waiting) return at;
    const deadlineMs = performance.now() + waitMs;
    this.#waiting += 1;
    try {
      for (;;) {
        const leftMs = deadlineMs - performance.now();
        if (leftMs <= 0) return null;
        await this.#left(endpointId, leftMs);
        const leave = this.enter(endpointId, failing, isTakenOver);
        if (leave !== null) return leave;
      }
    } finally {
      this.#waiting -= 1;
    }
  }

  /** Resolves when it is this one's turn for a place that was given back, or after so long. */
  #left(endpointId: string, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wakes = this.#wakes.get(endpointId) ?? [];
      this.#wakes.set(endpointId, wakes);
      const wake = () => {
        clearTimeout(timer);
        const at = wakes.indexOf(wake);
        if (at >= 0) wakes.splice(at, 1);
        if (wakes.length === 0 && this.#wakes.get(endpointId) === wakes) this.#wakes.delete(endpointId);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      wakes.push(wake);
    });
  }
}
