import type { Ctx } from '../../core/ctx.ts';
import { readTransaction } from '../../core/transaction.ts';
import { type Addressee, listAddressees, listPayloads } from '../store.ts';

/** What is posted, to whom, and what signs it. */
export interface Letter extends Addressee {
  params: Record<string, string>;
  at: Date;
}

interface Asked {
  ctx: Ctx;
  webhookId: string;
  messageId: string;
  resolve: (letter: Letter | null) => void;
  reject: (error: unknown) => void;
}

/**
 * Reads what deliveries need, together: while one read is under way the next ones gather. A message to a thousand
 * endpoints takes a few dozen reads instead of a thousand, each a transaction because of row-level security.
 */
export class LetterReader {
  #asked: Asked[] = [];
  #reading = false;

  /** Null where the endpoint is gone, or nothing was to be told to its organization. */
  async read(ctx: Ctx, webhookId: string, messageId: string): Promise<Letter | null> {
    return await new Promise((resolve, reject) => {
      this.#asked.push({ ctx, webhookId, messageId, resolve, reject });
      if (!this.#reading) void this.#readAll();
    });
  }

  async #readAll(): Promise<void> {
    this.#reading = true;
    for (let batch = this.#take(); batch[0] !== undefined; batch = this.#take()) {
      try {
        const letters = await readLetters(batch[0].ctx, batch);
        for (const [at, asked] of batch.entries()) asked.resolve(letters[at] ?? null);
      } catch (error) {
        for (const asked of batch) asked.reject(error);
      }
    }
    this.#reading = false;
  }

  #take(): Asked[] {
    const batch = this.#asked;
    this.#asked = [];
    return batch;
  }
}

/** All ctx are of the one handler, so the first stands for them. */
async function readLetters(ctx: Ctx, asked: readonly Asked[]): Promise<(Letter | null)[]> {
  return await readTransaction(ctx, async (tx) => {
    const addressees = await listAddressees(tx, [...new Set(asked.map((one) => one.webhookId))]);
    if (addressees.length === 0) return asked.map(() => null);
    const messageIds = [...new Set(asked.map((one) => one.messageId))];
    const organizationIds = [...new Set(addressees.map(({ webhook }) => webhook.organizationId))];
    const payloads = await listPayloads(tx, messageIds, organizationIds);
    const addresseeOf = new Map(addressees.map((addressee) => [addressee.webhook.id, addressee]));
    const payloadOf = new Map(payloads.map((payload) => [payload.messageId + payload.organizationId, payload]));
    return asked.map(({ webhookId, messageId }) => {
      const addressee = addresseeOf.get(webhookId);
      if (addressee === undefined) return null;
      const payload = payloadOf.get(messageId + addressee.webhook.organizationId);
      return payload === undefined ? null : { ...addressee, params: payload.params, at: payload.at };
    });
  });
}
