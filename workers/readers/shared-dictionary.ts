import type { PackedDictionary } from '../../src/matching/engine/packed-dictionary.ts';
import { moduleBeside, startThread } from '../../src/matching/threads/thread.ts';
import type { dictionaryMethods } from './dictionary-thread.ts';

let packed: Promise<PackedDictionary> | undefined;

/** Packed once for each process, since it never changes; in a thread, since that takes a second or two. */
export function sharedDictionary(): Promise<PackedDictionary> {
  packed ??= pack().catch((error: unknown) => {
    packed = undefined;
    throw error;
  });
  return packed;
}

async function pack(): Promise<PackedDictionary> {
  // Its death is what the call fails with.
  const thread = startThread<typeof dictionaryMethods>(
    moduleBeside('dictionary-thread', import.meta.url),
    () => undefined,
  );
  try {
    return await thread.call('pack');
  } finally {
    await thread.end();
  }
}
