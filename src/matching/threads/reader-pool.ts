import type { PackedDictionary } from '../engine/packed-dictionary.ts';
import type { ReaderMethods } from './index-reader.ts';
import type { Published } from './index-writer.ts';
import { type Side, sides } from './sides.ts';
import { startThread, type Thread, threadIsGone } from './thread.ts';

/** A thread that ends before it has answered anything is not started again at once. */
const restartDelayMs = 1_000;

type Question = 'candidates' | 'rank';
type Reader = { thread: Thread<ReaderMethods>; isBusy: boolean; hasAnswered: boolean };

export interface ReaderPoolOptions {
  url: URL;
  threads: number;
  /** Told of each reader that ends without having been asked to; another one takes its place. */
  onDeath: (cause: Error) => void;
}

/**
 * The threads that read the index. Each works on one question at a time, the others wait here. A reader is told of every
 * change before the questions that are asked after it, so none is answered from an older index.
 */
export class ReaderPool {
  private readonly readers = new Set<Reader>();
  private readonly waiting: { ask: (reader: Reader) => void; refuse: (error: Error) => void }[] = [];
  private readonly options: ReaderPoolOptions;
  private dictionary: PackedDictionary | undefined;
  private state = nothingPublished();
  private hasBegun = false;
  private isOver = false;

  constructor(options: ReaderPoolOptions) {
    this.options = options;
    for (let started = 0; started < options.threads; started++) {
      this.start();
    }
  }

  /** Forgets what was published: another index is being built, of which readers are told when it begins. */
  forget(): void {
    this.hasBegun = false;
    this.state = nothingPublished();
  }

  begin(dictionary: PackedDictionary | undefined): void {
    this.hasBegun = true;
    this.dictionary = dictionary;
    for (const reader of this.readers) {
      this.tellAll(reader);
    }
  }

  take(published: Published): void {
    for (const side of sides) {
      this.state[side].manifest = published[side].manifest ?? this.state[side].manifest;
      for (const [field, ids] of published[side].newest) {
        this.state[side].newest.set(field, ids);
      }
    }
    if (this.hasBegun) {
      for (const reader of this.readers) {
        this.tell(reader, 'take', published);
      }
    }
  }

  /** @throws AppError UNAVAILABLE when the reader that works on it ends, or the pool, or there is none */
  ask<Name extends Question>(
    name: Name,
    ...inputs: Parameters<ReaderMethods[Name]>
  ): Promise<ReturnType<ReaderMethods[Name]>> {
    if (this.isOver || this.readers.size === 0) {
      return Promise.reject(threadIsGone());
    }
    return new Promise((resolve, reject) => {
      const ask = (reader: Reader): void => {
        reader.isBusy = true;
        reader.thread
          .call(name, ...inputs)
          .then((answer) => {
            reader.hasAnswered = true;
            resolve(answer as ReturnType<ReaderMethods[Name]>);
          }, reject)
          .finally(() => {
            reader.isBusy = false;
            this.askNext();
          });
      };
      this.waiting.push({ ask, refuse: reject });
      this.askNext();
    });
  }

  async end(): Promise<void> {
    this.isOver = true;
    this.refuseAll();
    await Promise.all([...this.readers].map(({ thread }) => thread.end()));
  }

  private askNext(): void {
    for (const reader of this.readers) {
      if (!reader.isBusy) {
        this.waiting.shift()?.ask(reader);
      }
    }
  }

  private start(): void {
    const thread = startThread<ReaderMethods>(this.options.url, (cause) => this.replace(reader, cause));
    const reader: Reader = { thread, isBusy: false, hasAnswered: false };
    this.readers.add(reader);
    if (this.hasBegun) {
      this.tellAll(reader);
    }
  }

  private tellAll(reader: Reader): void {
    this.tell(reader, 'begin', this.dictionary);
    this.tell(reader, 'take', publishedOf(this.state));
  }

  /** A reader that has not understood what it was told would answer from an older index: it ends. */
  private tell<Name extends 'begin' | 'take'>(
    reader: Reader,
    name: Name,
    ...inputs: Parameters<ReaderMethods[Name]>
  ): void {
    reader.thread.call(name, ...inputs).catch((cause: Error) => {
      if (!this.isOver && this.readers.has(reader)) {
        void reader.thread.end();
        this.replace(reader, cause);
      }
    });
  }

  private replace(reader: Reader, cause: Error): void {
    this.readers.delete(reader);
    this.options.onDeath(cause);
    if (this.readers.size === 0) {
      this.refuseAll();
    }
    setTimeout(
      () => {
        if (!this.isOver) {
          this.start();
          this.askNext();
        }
      },
      reader.hasAnswered ? 0 : restartDelayMs,
    ).unref();
  }

  private refuseAll(): void {
    for (const { refuse } of this.waiting.splice(0)) {
      refuse(threadIsGone());
    }
  }
}

/** All that has been published of an index, for a reader that comes later. */
type State = Record<Side, { manifest: Published[Side]['manifest']; newest: Map<string, string[]> }>;

function nothingPublished(): State {
  return { demand: { manifest: undefined, newest: new Map() }, result: { manifest: undefined, newest: new Map() } };
}

function publishedOf(state: State): Published {
  const of = ({ manifest, newest }: State[Side]) => ({ manifest, newest: [...newest] });
  return { demand: of(state.demand), result: of(state.result) };
}
