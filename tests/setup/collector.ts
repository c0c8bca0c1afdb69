import { Receiver } from './receiver.ts';

export interface CollectedSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  facts: Record<string, string | number | undefined>;
}

interface Attribute {
  key: string;
  value: { stringValue?: string; intValue?: number };
}

type Sent = Omit<CollectedSpan, 'facts'> & { attributes: Attribute[] };

/** An OpenTelemetry collector: takes OTLP over HTTP, as JSON, and keeps it. */
export class Collector {
  readonly #receiver = new Receiver();
  readonly #spans: CollectedSpan[] = [];
  #read = 0;

  async start(): Promise<void> {
    await this.#receiver.start();
  }

  async close(): Promise<void> {
    await this.#receiver.close();
  }

  get url(): string {
    return this.#receiver.url('');
  }

  /** All that was sent, as it was. */
  get text(): string {
    return this.#receiver.received.map(({ body }) => body).join('\n');
  }

  /** In the order in which they came. */
  get spans(): readonly CollectedSpan[] {
    for (const { body } of this.#receiver.at('/v1/traces').slice(this.#read)) {
      this.#read += 1;
      const { resourceSpans } = JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: Sent[] }[] }[] };
      for (const { spans } of resourceSpans.flatMap(({ scopeSpans }) => scopeSpans)) {
        this.#spans.push(...spans.map(({ attributes, ...span }) => ({ ...span, facts: factsOf(attributes) })));
      }
    }
    return this.#spans;
  }

  /** The trace that such a request began, of several the first. */
  traceOf(request: string): CollectedSpan[] {
    const { spans } = this;
    const root = spans.find(({ name, parentSpanId = '' }) => name === request && parentSpanId === '');
    return spans.filter(({ traceId }) => traceId === root?.traceId);
  }
}

function factsOf(attributes: readonly Attribute[]): CollectedSpan['facts'] {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue]));
}
