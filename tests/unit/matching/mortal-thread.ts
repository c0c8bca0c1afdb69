import { parentPort } from 'node:worker_threads';
import { serve } from '../../../src/matching/threads/port.ts';

// Run as a thread by thread.test.ts.
const heard: string[] = [];
export const mortalMethods = {
  hear: (word: string) => {
    heard.push(word);
    return [...heard];
  },
  fail: (message: string): void => {
    throw new RangeError(message);
  },
  computeForEver: (): void => {
    for (;;);
  },
  die: (status: number): void => {
    process.exit(status);
  },
};
if (parentPort !== null) serve(parentPort, mortalMethods);
