import { parentPort } from 'node:worker_threads';
import { createIndexWriter, type WriterMethods } from '../../src/matching/threads/index-writer.ts';
import { serve } from '../../src/matching/threads/port.ts';
import { fatalText } from './fatal-text.ts';

// The index's writer; it dies of the fatal title.
const methods = createIndexWriter();
const mortal: WriterMethods = {
  ...methods,
  change: (change) =>
    change.put.some(({ text }) => text.title === fatalText) ? process.exit(3) : methods.change(change),
};
if (parentPort !== null) serve(parentPort, mortal);
