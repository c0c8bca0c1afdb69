import { listPersonNames } from '../../auth/service.ts';
import type { Ctx } from '../../core/ctx.ts';
import { found } from '../../core/errors.ts';
import type { Tx } from '../../core/transaction.ts';
import { type IntroductionFor, seesDemandParty } from '../../matches/service.ts';
import { getOrganizationRows } from '../../organizations/service.ts';
import { listMessageFiles, listTexts, type MessageRow } from '../store.ts';
import { type MessageView, type ShownAuthor, toMessageView } from '../views.ts';

/** In the order of the rows. */
export async function viewMessages(
  tx: Tx,
  ctx: Ctx,
  introduction: IntroductionFor,
  rows: readonly MessageRow[],
): Promise<MessageView[]> {
  const ids = rows.map((row) => row.id);
  const texts = await listTexts(tx, ids);
  const files = await listMessageFiles(tx, ids);
  const authors = await authorsShown(
    tx,
    ctx,
    introduction,
    rows.map((row) => ({ side: row.authorSide, userId: row.authorUserId, organizationId: row.authorOrganizationId })),
  );
  return rows.map((row, at) =>
    toMessageView(
      row,
      found(texts.get(row.id)),
      files.filter((file) => file.messageId === row.id),
      found(authors[at]),
    ),
  );
}

/** Who acted, and for which side. */
interface Author {
  side: MessageRow['authorSide'];
  userId: string;
  organizationId: string;
}

/** As far as this reader may know who they are; in their order. */
export async function authorsShown(
  tx: Tx,
  { actor }: Ctx,
  introduction: IntroductionFor,
  authors: readonly Author[],
): Promise<ShownAuthor[]> {
  const names = await listPersonNames(tx, [...new Set(authors.map((author) => author.userId))]);
  const organizations = await getOrganizationRows(tx, [...new Set(authors.map((author) => author.organizationId))]);
  const organizationById = new Map(organizations.map((row) => [row.id, row]));
  return authors.map(({ side, userId, organizationId }) => {
    const isMe = actor.kind === 'user' && actor.userId === userId;
    const shown = shownOf(introduction, side);
    return {
      organization: shown.organization ? (organizationById.get(organizationId) ?? null) : null,
      name: isMe || shown.name ? (names.get(userId) ?? null) : null,
      isMe,
    };
  });
}

/** As the parties of an introduction are shown: names of people come with contacts, once both have accepted. */
function shownOf(
  { row: { status }, parts, standing }: IntroductionFor,
  side: Author['side'],
): { organization: boolean; name: boolean } {
  const accepted = status === 'accepted';
  switch (side) {
    case 'demand': {
      const organization = seesDemandParty(standing, parts.demand.anonymous, accepted);
      return { organization, name: organization && (accepted || standing.leads || standing.ownsDemand) };
    }
    case 'result':
      return { organization: true, name: accepted || standing.brokersResult || standing.ownsResult };
    case 'demand_market':
    case 'result_market':
      return { organization: true, name: true };
  }
}
