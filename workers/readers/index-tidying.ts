import { describeError } from '../../src/core/error-report.ts';
import type { Published, WriterMethods } from '../../src/matching/threads/index-writer.ts';
import { sides } from '../../src/matching/threads/sides.ts';
import type { Thread } from '../../src/matching/threads/thread.ts';
import type { WorkerDeps } from '../worker-deps.ts';

/** Changes come in bursts; merging what the next one would outdate is wasted. */
const quietMs = 200;
/** What a change that comes meanwhile waits for at most. */
const budgetMs = 5;

export interface IndexTidying {
  /** The index has changed, or has been built: what it was doing stops, and begins again when all is quiet. */
  changed(writer: Thread<WriterMethods>): void;
  stop(): void;
}

/**
 * Lets the writer bring segments together while nothing changes, a few milliseconds at a time, until there is nothing to gain.
 * @param publish told of the new segments, in the order in which changes are
 */
export function createIndexTidying(
  { log }: Pick<WorkerDeps, 'log'>,
  publish: (published: Published) => void,
): IndexTidying {
  let timer: NodeJS.Timeout | undefined;
  /** Which quiet time it is: a change ends it. */
  let current = 0;

  async function tidy(writer: Thread<WriterMethods>, of: number): Promise<void> {
    try {
      for (let isDone = false; !isDone && of === current; ) {
        const tidied = await writer.call('tidy', budgetMs);
        if (sides.some((side) => tidied.published[side].manifest !== undefined)) publish(tidied.published);
        isDone = tidied.isDone;
      }
    } catch (error) {
      // A writer that has ended is replaced by its owner.
      log.debug({ error: describeError(error) }, 'the segments of the matching index were not merged');
    }
  }

  function stop(): void {
    current++;
    clearTimeout(timer);
  }

  return {
    changed(writer) {
      stop();
      const of = current;
      timer = setTimeout(() => void tidy(writer, of), quietMs).unref();
    },
    stop,
  };
}
