import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { requiredVersion } from '../../http/etag.ts';
import { operation } from '../../http/operation.ts';
import { UpdateNotificationPreferences } from '../inputs.ts';
import { getNotificationPreferences, updateNotificationPreferences } from '../service.ts';
import { NotificationPreferencesView } from '../views.ts';

export function preferenceRoutes(plainApp: FastifyInstance): void {
  const app = plainApp.withTypeProvider<TypeBoxTypeProvider>();
  app.get(
    '/notification-preferences',
    operation({
      id: 'getNotificationPreferences',
      summary: 'Read when I get notices by mail',
      tag: 'notifications',
      access: 'signed-in',
      output: NotificationPreferencesView,
    }),
    (request) => getNotificationPreferences(request.ctx),
  );
  app.patch(
    '/notification-preferences',
    operation({
      id: 'updateNotificationPreferences',
      summary: 'Change when I get notices by mail',
      description:
        'Mails about the account itself (verification of the address, reset of the password) come in any case. What was owed under the old setting follows the new one.',
      tag: 'notifications',
      access: 'signed-in',
      scope: null,
      input: { body: UpdateNotificationPreferences },
      output: NotificationPreferencesView,
      problems: [412, 428],
    }),
    (request) => updateNotificationPreferences(request.ctx, request.body, requiredVersion(request)),
  );
}
