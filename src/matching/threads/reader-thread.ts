import { parentPort } from 'node:worker_threads';
import { createIndexReader } from './index-reader.ts';
import { serve } from './port.ts';

// Run as a thread, by match-threads.ts.
if (parentPort !== null) serve(parentPort, createIndexReader());
