import type { Actor } from '../core/actor.ts';
import { forbidden } from '../core/errors.ts';

/** Vocabularies are the platform's: its administrator keeps them. */
export function mayKeepVocabularies(actor: Actor): void {
  if (actor.kind === 'user' && actor.administrator) return;
  throw forbidden({
    zh: '只有平台管理员可以维护词表。',
    en: 'Only the platform administrator keeps the vocabularies.',
  });
}
