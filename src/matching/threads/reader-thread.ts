import { parentPort } from 'node:worker_threads';
import { loadMath } from '../units.ts';
import { createIndexReader } from './index-reader.ts';
import { serve } from './port.ts';

// Run as a thread, by match-threads.ts.
if (parentPort !== null) {
  serve(parentPort, createIndexReader());
  // While the index is being built, so that no question waits for it.
  loadMath();
}
