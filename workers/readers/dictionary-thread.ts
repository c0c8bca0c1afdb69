import { parentPort } from 'node:worker_threads';
import { loadDictionary, loadTransliterations } from '../../db/seed/dictionary.ts';
import { packDictionary } from '../../src/matching/engine/packed-dictionary.ts';
import { serve } from '../../src/matching/threads/port.ts';

// Run as a thread, by shared-dictionary.ts.
export const dictionaryMethods = { pack: () => packDictionary(loadDictionary(), loadTransliterations()) };
if (parentPort !== null) serve(parentPort, dictionaryMethods);
