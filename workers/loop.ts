/** A step that runs again and again until stopped: at once while there is work, else after a pause that `wake` cuts short. */
export interface Loop {
  readonly wake: () => void;
  /** Resolves when the step that is under way has ended. */
  readonly stop: () => Promise<void>;
}

/** @param step returns for how long to pause, in ms, and whether a wake may cut that short; must not throw */
export function startLoop(step: () => Promise<{ pauseMs: number; wakeable: boolean }>): Loop {
  let stopped = false;
  let woken = false;
  let cutShort: (() => void) | null = null;

  function pause(pauseMs: number, wakeable: boolean): Promise<void> {
    return new Promise((resolve) => {
      function end(): void {
        clearTimeout(timer);
        cutShort = null;
        resolve();
      }
      const timer = setTimeout(end, pauseMs);
      cutShort = () => {
        if (wakeable || stopped) end();
      };
    });
  }

  async function run(): Promise<void> {
    while (!stopped) {
      woken = false;
      const { pauseMs, wakeable } = await step();
      if (pauseMs > 0 && !stopped && !(woken && wakeable)) await pause(pauseMs, wakeable);
    }
  }
  const running = run();

  return {
    wake: () => {
      woken = true;
      cutShort?.();
    },
    stop: async () => {
      stopped = true;
      cutShort?.();
      await running;
    },
  };
}
