/** Wakes whoever waits for new messages in this process; across processes they poll. */
export class Wake {
  readonly #listeners = new Set<() => void>();

  readonly wake = (): void => {
    for (const listener of this.#listeners) listener();
  };

  /** @returns how to stop listening */
  onWake(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
