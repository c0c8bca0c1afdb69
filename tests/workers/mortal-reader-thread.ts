import { parentPort } from 'node:worker_threads';
import { createIndexReader, type ReaderMethods } from '../../src/matching/threads/index-reader.ts';
import { serve } from '../../src/matching/threads/port.ts';
import { fatalText } from './fatal-text.ts';

// A reader of the index; it dies of the fatal title.
const methods = createIndexReader();
const mortal: ReaderMethods = {
  ...methods,
  candidates: (query) => (query.text.title === fatalText ? process.exit(3) : methods.candidates(query)),
};
if (parentPort !== null) serve(parentPort, mortal);
