import type { Body } from '../../setup/api.ts';
import type { Subjects } from '../access-subjects.ts';
import { at, ifMatch, type Row } from './row.ts';

const webhookInput = { url: 'https://hooks.example.com/duijie' };

/** Of the enterprise. */
async function webhookOf({ world }: Subjects): Promise<Body> {
  return (await world.enterprise.post('/v1/webhooks', webhookInput)).body;
}

/** Made for each request and deleted by the next: an organization has twenty at most. */
function onWebhook(step = '', body?: unknown): Row['request'] {
  return async (subjects) => {
    const { items } = (await subjects.world.enterprise.get('/v1/webhooks')).body;
    for (const { id } of items) await subjects.world.enterprise.delete(`/v1/webhooks/${id}`);
    const webhook = await webhookOf(subjects);
    return { url: `/v1/webhooks/${webhook.id}${step}`, body, headers: body === undefined ? {} : ifMatch(webhook) };
  };
}

// Brokers of a market, and the platform's administrator, who belongs to no organization, manage none.
const managers = '401 200 200 200 200 403 403 200 403';
const ownManagers = '401 404 404 200 404 403 403 404 403';

export const webhooks: Record<string, Row> = {
  'GET /v1/webhooks': { answers: managers, request: at('/v1/webhooks') },
  'POST /v1/webhooks': { answers: managers.replaceAll('200', '201'), request: at('/v1/webhooks', webhookInput) },
  'GET /v1/webhooks/{id}': { answers: ownManagers, request: onWebhook() },
  'PATCH /v1/webhooks/{id}': { answers: ownManagers, request: onWebhook('', { types: null }) },
  'DELETE /v1/webhooks/{id}': { answers: ownManagers.replace('200', '204'), request: onWebhook() },
  'POST /v1/webhooks/{id}/rotate-secret': { answers: ownManagers, request: onWebhook('/rotate-secret') },
  'POST /v1/webhooks/{id}/enable': {
    answers: ownManagers,
    request: async (subjects, caller) => {
      const request = await onWebhook('', { enabled: false })(subjects, caller);
      await subjects.world.enterprise.patch(request.url, request.body, request.headers);
      return { url: `${request.url}/enable` };
    },
  },
  'POST /v1/webhooks/{id}/test': { answers: ownManagers.replace('200', '202'), request: onWebhook('/test') },
  'GET /v1/webhooks/{id}/deliveries': { answers: ownManagers, request: onWebhook('/deliveries') },
  'POST /v1/webhooks/{id}/deliveries/{deliveryId}/redeliver': {
    answers: ownManagers.replace('200', '202'),
    request: async (subjects, caller) => {
      const { url } = await onWebhook()(subjects, caller);
      const { id } = (await subjects.world.enterprise.post(`${url}/test`)).body;
      return { url: `${url}/deliveries/${id}/redeliver` };
    },
  },
};
