/** How many tries may be on their way at once, in this process. */
export interface InFlightLimits {
  perEndpoint: number;
  /** Together, to endpoints whose last try failed: however many hang, the others keep the rest of the places. */
  failing: number;
}

/** Fewer than the places of the queue `duijie-outgoing` (32), so that no endpoint, and not all that fail, take them all. */
export const inFlightLimits: InFlightLimits = { perEndpoint: 4, failing: 12 };

/** Counts tries on their way. One endpoint that hangs must not hold up the others. */
export class InFlight {
  readonly #limits: InFlightLimits;
  readonly #byEndpoint = new Map<string, number>();
  #failing = 0;

  constructor(limits: InFlightLimits = inFlightLimits) {
    this.#limits = limits;
  }

  /**
   * Takes a place, to be given back by calling what is returned; null when there is none. An endpoint that fails gets one.
   * Who takes over from a process that died takes over its places, too: each process has as many.
   */
  enter(endpointId: string, failing: boolean, isTakenOver = false): (() => void) | null {
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
    };
  }
}
