/** What a span says besides its name: words and ids of the program's own, never what people wrote, sent or are called. */
export type SpanFacts = Readonly<Record<string, string | number>>;

export type SpanRole = 'server' | 'internal' | 'client' | 'producer' | 'consumer';

/** A piece of work with its place in a trace. What it causes hangs below it: its parts, and messages by their `traceparent`. */
export interface Span {
  readonly traceId: string;
  /** W3C Trace Context, version 00. */
  readonly traceparent: string;
  /** Runs a part of the work under a span of its own, which is named after the verb where nothing else is said. */
  part<T>(work: (span: Span) => Promise<T>, as?: { name: string; role: SpanRole }): Promise<T>;
  add(facts: SpanFacts): void;
  /** @param failure what was thrown, of which the kind is told and nothing else; or a word for it */
  fail(failure: unknown): void;
  end(): void;
}

export interface SpanBeginning {
  name: string;
  /** As which its transactions appear. */
  verb: string;
  role: SpanRole;
  /** The `traceparent` of what caused it; null where nothing is known of that. */
  parent: string | null;
  facts?: SpanFacts;
  /** Milliseconds since 1970; now, where it is left out. */
  startedAtMs?: number;
}

export interface Tracer {
  begin(span: SpanBeginning): Span;
  /** Sends what has not been sent yet. */
  close(): Promise<void>;
}

/** Runs work as a part of what the span stands for; just runs it where nothing is traced. */
export async function traced<T>(span: Span | undefined, work: () => Promise<T>): Promise<T> {
  return span === undefined ? await work() : await span.part(work);
}
