import type { MessagePort } from 'node:worker_threads';

/** What a thread can be called for, by name. Inputs and outputs are cloned, not shared, but for what is made to be shared. */
// biome-ignore lint/suspicious/noExplicitAny: each thread's own methods say their types.
export type Methods = Record<string, (...inputs: any[]) => unknown>;

export type Call = { number: number; name: string; inputs: unknown[] };
export type Answer = { number: number; output: unknown } | { number: number; error: Error };

/** Answers calls one after the other, in the order in which they come. What a method throws is its answer. */
export function serve(port: MessagePort, methods: Methods): void {
  port.on('message', ({ number, name, inputs }: Call) => {
    port.postMessage(answer(number, methods[name], inputs));
  });
}

function answer(number: number, method: Methods[string] | undefined, inputs: unknown[]): Answer {
  try {
    return { number, output: method?.(...inputs) };
  } catch (error) {
    return { number, error: error instanceof Error ? error : new Error(String(error)) };
  }
}
