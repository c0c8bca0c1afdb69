import type { Side, SideFacts } from './audience.ts';
import { defaultModes, type MailModes } from './categories.ts';
import type { Recipient } from './circles.ts';
import type { QuietHours } from './mail-times.ts';

/** The organizations that hear of something as parties, each once. */
export function partiesOf(recipients: readonly Recipient[]): string[] {
  const parties = recipients.filter((recipient) => recipient.as === 'party');
  return [...new Set(parties.map((recipient) => recipient.organizationId))];
}

interface TitledSide {
  title: string;
  code: string;
  isPublic: boolean;
}

/** What one recipient's notice is made of. */
export interface Tellable {
  facts: Record<Side, SideFacts | null>;
  told: Record<Side, TitledSide | null> & { params: Record<string, string> };
}

/**
 * What a notice keeps for one reader: what they may see for ever. A record's title is told where the record is public,
 * or is the reader's organization's own or brokered by it.
 */
export function paramsFor(
  recipient: Recipient,
  { facts, told }: Tellable,
  staffedMarketOf: ReadonlyMap<string, string>,
): Record<string, string> {
  const params = { ...told.params };
  for (const side of ['demand', 'result'] as const) {
    const owner = facts[side];
    const record = told[side];
    if (owner === null || record === null) continue;
    const own =
      recipient.organizationId === owner.organizationId ||
      recipient.organizationId === staffedMarketOf.get(owner.marketId);
    if (!record.isPublic && !own) continue;
    params[`${side}Title`] = record.title;
    params[`${side}Code`] = record.code;
  }
  return params;
}

/** What a person has chosen about mail. */
export interface Chosen {
  modes: Partial<MailModes>;
  quietStart: string | null;
  quietEnd: string | null;
}

export function modesOf(chosen: Chosen | undefined): MailModes {
  return { ...defaultModes, ...chosen?.modes };
}

export function quietHoursOf(chosen: Chosen | undefined): QuietHours | null {
  if (chosen === undefined || chosen.quietStart === null || chosen.quietEnd === null) return null;
  return { start: chosen.quietStart, end: chosen.quietEnd };
}
