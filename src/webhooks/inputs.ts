import { type Static, Type } from 'typebox';
import { pageQuery } from '../core/paging.ts';
import { eventTypes, maxUrlLength } from './rules.ts';

const url = Type.String({
  minLength: 1,
  maxLength: maxUrlLength,
  description: 'https, port 443 or 8443, a public address, without user, password or fragment.',
});
const description = Type.Union([Type.String({ maxLength: 200 }), Type.Null()]);
const types = Type.Union(
  [Type.Array(Type.Enum(eventTypes), { minItems: 1, maxItems: eventTypes.length, uniqueItems: true }), Type.Null()],
  { description: 'What to be told of; null or left out: everything.' },
);

export const CreateWebhook = Type.Object(
  { url, description: Type.Optional(description), types: Type.Optional(types) },
  {
    additionalProperties: false,
    examples: [
      {
        url: 'https://hooks.winery.example/duijie',
        description: '科研管理系统',
        types: ['match.suggested', 'introduction.opened'],
      },
    ],
  },
);
export type CreateWebhook = Static<typeof CreateWebhook>;

export const UpdateWebhook = Type.Object(
  {
    url: Type.Optional(url),
    description: Type.Optional(description),
    types: Type.Optional(types),
    enabled: Type.Optional(Type.Literal(false, { description: 'false turns it off; POST …/enable turns it on.' })),
  },
  { additionalProperties: false, minProperties: 1, examples: [{ types: null }] },
);
export type UpdateWebhook = Static<typeof UpdateWebhook>;

export const ListWebhookDeliveries = Type.Object({ ...pageQuery }, { additionalProperties: false });
export type ListWebhookDeliveries = Static<typeof ListWebhookDeliveries>;

export const WebhookDeliveryParams = Type.Object({
  id: Type.String({ format: 'uuid', examples: ['0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d'] }),
  deliveryId: Type.String({ format: 'uuid', examples: ['0192f0c4-ce00-7f68-a009-93a4b5c6d7ea'] }),
});
