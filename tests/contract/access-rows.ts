import { campaigns } from './access/campaigns.ts';
import { contracts } from './access/contracts.ts';
import { conversations } from './access/conversations.ts';
import { credit } from './access/credit.ts';
import { diagnoses } from './access/diagnoses.ts';
import { entry } from './access/entry.ts';
import { exchange } from './access/exchange.ts';
import { experts } from './access/experts.ts';
import { matches } from './access/matches.ts';
import { organizations } from './access/organizations.ts';
import { other } from './access/other.ts';
import { projects } from './access/projects.ts';
import { demands, results } from './access/records.ts';
import type { Row } from './access/row.ts';
import { webhooks } from './access/webhooks.ts';

/**
 * Who gets which answer from every operation. A name is the operation's, and in brackets the state of what it is about
 * where that matters; an operation without a row fails the test.
 */
export const accessRows: Readonly<Record<string, Row>> = {
  ...entry,
  ...organizations,
  ...demands,
  ...results,
  ...matches,
  ...conversations,
  ...experts,
  ...projects,
  ...contracts,
  ...campaigns,
  ...diagnoses,
  ...webhooks,
  ...other,
  ...exchange,
  // Last: its enterprise may not act any more.
  ...credit,
};
