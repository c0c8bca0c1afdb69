import { parentPort } from 'node:worker_threads';
import { createIndexWriter } from './index-writer.ts';
import { serve } from './port.ts';

// Run as a thread, by match-threads.ts.
if (parentPort !== null) serve(parentPort, createIndexWriter());
