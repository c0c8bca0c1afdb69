import { once } from 'node:events';
import { Readable } from 'node:stream';
import type pg from 'pg';

/** What the driver gives a query of ours (its `Submittable`), as far as COPY needs it. */
interface Connection {
  stream: Readable & NodeJS.WritableStream & { writableNeedDrain: boolean };
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  sendCopyFail(reason: string): void;
  endCopyFrom(): void;
}

const blockBytes = 64 * 1024;

/** `COPY … TO STDOUT`: the bytes in blocks; the server waits while nobody reads. */
export class CopyOut extends Readable {
  /** Known at the end. */
  rows = 0;
  #connection: Connection | undefined;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  readonly #statement: string;

  constructor(statement: string) {
    super({ highWaterMark: 4 * blockBytes });
    this.#statement = statement;
  }

  submit(connection: unknown): void {
    this.#connection = connection as Connection;
    this.#connection.query(this.#statement);
  }

  handleCopyData({ chunk }: { chunk: Buffer }): void {
    // The driver reads on into the same memory.
    this.#pending.push(Buffer.from(chunk));
    this.#pendingBytes += chunk.length;
    if (this.#pendingBytes >= blockBytes) this.#pushBlock();
  }

  #pushBlock(): void {
    if (!this.push(Buffer.concat(this.#pending))) this.#connection?.stream.pause();
    this.#pending = [];
    this.#pendingBytes = 0;
  }

  override _read(): void {
    this.#connection?.stream.resume();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#connection?.stream.resume();
    callback(error);
  }

  handleCommandComplete({ text }: { text: string }): void {
    this.rows = rowsIn(text);
  }

  handleReadyForQuery(): void {
    if (this.#pendingBytes > 0) this.#pushBlock();
    this.push(null);
  }

  handleError(error: Error): void {
    this.destroy(error);
  }
}

/**
 * `COPY … FROM STDIN` with these bytes, as fast as the server takes them.
 * @returns how many rows came
 */
export async function copyIn(client: pg.Client, statement: string, content: AsyncIterable<Buffer>): Promise<number> {
  return await new Promise<number>((resolve, reject) => {
    let rows = 0;
    /** What broke the content off: the server then only tells that it was broken off. */
    let failure: unknown;
    client.query({
      submit: (connection: unknown) => (connection as Connection).query(statement),
      handleCopyInResponse(connection: Connection) {
        send(connection, content).catch((error: unknown) => {
          failure = error;
          connection.sendCopyFail('broken off');
        });
      },
      handleCommandComplete({ text }: { text: string }) {
        rows = rowsIn(text);
      },
      handleReadyForQuery: () => resolve(rows),
      handleError: (error: Error) => reject(failure ?? error),
    } as pg.Submittable);
  });
}

async function send(connection: Connection, content: AsyncIterable<Buffer>): Promise<void> {
  for await (const block of content) {
    connection.sendCopyFromChunk(block);
    if (connection.stream.writableNeedDrain) await once(connection.stream, 'drain');
  }
  connection.endCopyFrom();
}

/** As in `COPY 12`. */
function rowsIn(commandTag: string): number {
  return Number(/\d+$/.exec(commandTag)?.[0] ?? 0);
}
