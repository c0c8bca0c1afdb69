import { parentPort } from 'node:worker_threads';
import { createIndexMethods, type IndexMethods } from '../../src/matching/threads/index-thread.ts';
import { serve } from '../../src/matching/threads/port.ts';
import { fatalText } from './fatal-text.ts';

// The index's thread without a dictionary; asked for candidates of the fatal text it dies.
const methods = createIndexMethods(undefined);
const mortal: IndexMethods = {
  ...methods,
  candidates: (query) => (query.text.title === fatalText ? process.exit(3) : methods.candidates(query)),
};
if (parentPort !== null) serve(parentPort, mortal);
