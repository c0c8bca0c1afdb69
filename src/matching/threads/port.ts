import type { MessagePort } from 'node:worker_threads';

/** What a thread can be called for, by name. Inputs and outputs are cloned, not shared, but for what is made to be shared. */
// biome-ignore lint/suspicious/noExplicitAny: each thread's own methods say their types.
export type Methods = Record<string, (...inputs: any[]) => unknown>;

export type Call = { number: number; name: string; inputs: unknown[] };
export type Answer = { number: number; output: unknown } | { number: number; error: Error };

/** Takes calls in the order in which they come; those to async methods overlap. What a method throws is its answer. */
export function serve(port: MessagePort, methods: Methods): void {
  port.on('message', (call: Call) => {
    void answer(port, call, methods[call.name]);
  });
}

async function answer(port: MessagePort, { number, inputs }: Call, method: Methods[string] | undefined): Promise<void> {
  try {
    const output = method?.(...inputs);
    // Without a turn of the queue for what is there already: answers keep the order of calls.
    port.postMessage({ number, output: output instanceof Promise ? await output : output } satisfies Answer);
  } catch (error) {
    port.postMessage({
      number,
      error: error instanceof Error ? error : new Error(String(error)),
    } satisfies Answer);
  }
}
