import { parentPort } from 'node:worker_threads';
import { loadDictionary } from '../../db/seed/dictionary.ts';
import { createDictionary } from '../../src/matching/engine/dictionary.ts';
import { createIndexMethods } from '../../src/matching/threads/index-thread.ts';
import { serve } from '../../src/matching/threads/port.ts';

// Run as a thread, by match-index.ts.
if (parentPort !== null) {
  const dictionary = createDictionary(loadDictionary());
  // Its English side, which is made on first use, before the first request.
  dictionary.translateWords([]);
  serve(parentPort, createIndexMethods(dictionary));
}
