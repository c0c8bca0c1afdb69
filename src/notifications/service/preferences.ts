import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { invalidInput } from '../../core/errors.ts';
import { readTransaction, transaction } from '../../core/transaction.ts';
import { checkVersion } from '../../core/versions.ts';
import type { UpdateNotificationPreferences } from '../inputs.ts';
import { reader } from '../policy.ts';
import { findPreferences, lockPreferences, updatePreferences } from '../store/preferences.ts';
import { type NotificationPreferencesView, toPreferencesView } from '../views.ts';

export async function getNotificationPreferences(ctx: Ctx): Promise<NotificationPreferencesView> {
  const { userId } = reader(ctx.actor);
  return toPreferencesView(await readTransaction(ctx, (tx) => findPreferences(tx, userId)));
}

/** @throws AppError INVALID_INPUT for quiet hours that end as they begin */
export async function updateNotificationPreferences(
  ctx: Ctx,
  input: UpdateNotificationPreferences,
  expectedVersion: number | null,
): Promise<NotificationPreferencesView> {
  const { userId } = reader(ctx.actor);
  const { mail = {}, quietHours } = input;
  if (quietHours && quietHours.start === quietHours.end) {
    throw invalidInput({
      pointer: '/quietHours/end',
      code: 'quietHours',
      message: { zh: '结束时间不能与开始时间相同', en: 'must not be the same as start' },
    });
  }
  return await transaction(ctx, async (tx) => {
    const now = ctx.clock.now();
    const row = await lockPreferences(tx, userId, now);
    checkVersion(row.version, expectedVersion);
    const quiet =
      quietHours === undefined
        ? { quietStart: row.quietStart, quietEnd: row.quietEnd }
        : { quietStart: quietHours?.start ?? null, quietEnd: quietHours?.end ?? null };
    const updated = await updatePreferences(tx, row, { modes: { ...row.modes, ...mail }, ...quiet }, now);
    const fields = [
      ...Object.keys(mail).map((category) => `mail.${category}`),
      ...('quietHours' in input ? ['quietHours'] : []),
    ];
    await audit(tx, ctx, {
      action: 'user.update_notification_preferences',
      subjectType: 'user',
      subjectId: userId,
      details: { fields },
    });
    return toPreferencesView(updated);
  });
}
