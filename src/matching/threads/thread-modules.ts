import { moduleBeside } from './thread.ts';

/** What runs in the threads of an index. */
export type ThreadModules = { writer: URL; reader: URL };

export const threadModules: ThreadModules = {
  writer: moduleBeside('writer-thread', import.meta.url),
  reader: moduleBeside('reader-thread', import.meta.url),
};
