import type { Ctx } from '../../core/ctx.ts';
import { readTransaction, transaction } from '../../core/transaction.ts';
import { refuseRestricted } from '../../credit/service.ts';
import { isPublic } from '../../records/service.ts';
import type { PreviewMatches } from '../inputs.ts';
import { mayPreview } from '../policy.ts';
import { deletePreviewsBefore } from '../store.ts';
import { type MatchPreviewView, toMatchPreviewView } from '../views.ts';
import { answerQuestion, askWorker } from './ask-worker.ts';
import type { MatchIndex } from './match-index.ts';
import { candidatesFor, loadFacts, loadPartners, rankAgainst, type Subject } from './plan.ts';
import { sketchSubject } from './sketch.ts';

/** How previews get at a matching index. */
export interface PreviewMeans {
  /** This process's own; null where workers run in others. */
  index: MatchIndex | null;
  /** How long a request waits for an index or for a worker. */
  patienceMs: number;
}

/** Half of what a run judges: somebody waits, and sees ten. */
const maxCandidates = 100;
const defaultLimit = 10;
/** What nobody came for. */
const keptMs = 3 * 60_000;

/**
 * The published records of the other side that a draft would match. Nothing becomes a record and nothing is audited: a
 * draft is looked at as a search is. Without an index of its own the process hands the draft to one that has, in a row
 * that only its author and the worker see, and deletes it with the answer.
 * @throws AppError UNAVAILABLE when no index, or no worker, answers in time
 */
export async function previewMatches(ctx: Ctx, input: PreviewMatches, means: PreviewMeans): Promise<MatchPreviewView> {
  const organizationId = mayPreview(ctx.actor, input.side);
  await readTransaction(ctx, (tx) => refuseRestricted(tx, ctx, 'match.preview', [organizationId]));
  const subject = await sketchSubject(ctx, organizationId, input);
  const draft: Draft = { subject, limit: input.limit ?? defaultLimit };
  return means.index === null
    ? ((await askWorker(ctx, 'match_preview.requested', draft, means.patienceMs)) as MatchPreviewView)
    : await answerDraft(ctx, draft, means.index, means.patienceMs);
}

/** The worker's part. */
export async function answerPreview(ctx: Ctx, id: string, index: MatchIndex): Promise<void> {
  await answerQuestion(ctx, id, (draft) => answerDraft(ctx, draft as Draft, index, waitForIndexMs));
}

/** Deletes drafts that nobody came back for: the process that asked is gone. Returns how many. */
export async function sweepPreviews(ctx: Ctx): Promise<number> {
  const before = new Date(ctx.clock.now().getTime() - keptMs);
  return await transaction(ctx, (tx) => deletePreviewsBefore(tx, before));
}

interface Draft {
  subject: Subject;
  limit: number;
}

/** Shorter than a request's patience: the delivery is tried again meanwhile. */
const waitForIndexMs = 2_000;

/** Every index has read past this transaction once it is built. */
const firstXid = '0';

async function answerDraft(ctx: Ctx, draft: Draft, index: MatchIndex, patienceMs: number): Promise<MatchPreviewView> {
  await index.waitUntil(firstXid, patienceMs);
  const now = ctx.clock.now();
  const subject = publishedAt(draft.subject, now);
  const { side, record } = subject;
  const candidates = await candidatesFor(subject, index, maxCandidates);
  // Whatever a run may judge, a draft's author sees what everybody may.
  const partners = (await loadPartners(ctx, side, candidates)).filter((row) => isPublic(row, now));
  const facts = await loadFacts(ctx, [record, ...partners]);
  const best = await rankAgainst(ctx, index, subject, partners, { facts, now, atMost: draft.limit });
  return toMatchPreviewView(side, best, new Map(partners.map((row) => [row.id, row])));
}

function publishedAt(subject: Subject, now: Date): Subject {
  return subject.side === 'demand'
    ? { side: 'demand', record: { ...subject.record, publishedAt: now } }
    : { side: 'result', record: { ...subject.record, publishedAt: now } };
}
