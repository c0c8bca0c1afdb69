/**
 * The house's import rules, generated from one list: a capability may import only from folders to its left, and from
 * outside a folder only its service, inputs, views and jobs. Libraries have a home, too.
 */
const order = [
  'core',
  'http',
  'vocabularies',
  'organizations',
  'auth',
  'credit',
  'jobs',
  'files',
  'records',
  'demands',
  'results',
  'attachments',
  'search',
  'matching',
  'matches',
  'duplicates',
  'conversations',
  'projects',
  'contracts',
  'diagnoses',
  'experts',
  'campaigns',
  'desk',
  'webhooks',
  'notifications',
  'dead-letters',
  'audit-trail',
  'exchange',
];

const folder = (name) => `^src/${name}/`;
const doors = '(service|inputs|views|jobs)\\.ts$';

const leftward = order.slice(0, -1).map((name, at) => ({
  name: `${name}-imports-leftward`,
  severity: 'error',
  comment: `src/${name} may import only from ${order.slice(0, at).join(', ') || 'nothing of ours'} (docs/adr/0001).`,
  from: { path: folder(name) },
  to: { path: order.slice(at + 1).map(folder) },
}));

const throughDoors = order
  .filter((name) => !['core', 'http', 'matching'].includes(name))
  .map((name) => ({
    name: `${name}-through-its-doors`,
    severity: 'error',
    comment: `From outside, src/${name} is entered through service, inputs, views or jobs.`,
    from: { path: '^src/', pathNot: [folder(name), '^src/(app|server|deps|health)\\.ts$'] },
    // What demands and results are made of lends them its routes, too.
    to: { path: folder(name), pathNot: [`${folder(name)}${doors}`, '^src/records/routes\\.ts$'] },
  }));

const home = (library, rooms) => ({
  name: `${library.replaceAll('/', '-')}-at-home`,
  severity: 'error',
  comment: `${library} is used in ${rooms.join(', ')} only.`,
  from: { path: '^(src|db|workers)/', pathNot: rooms },
  to: { path: `(^|/)node_modules/${library}/` },
});

module.exports = {
  forbidden: [
    ...leftward,
    ...throughDoors,
    {
      name: 'rules-and-policies-are-pure',
      severity: 'error',
      comment: 'Rules and policies decide; they read and write nothing.',
      from: { path: '/(rules|policy)\\.ts$' },
      to: {
        path: [
          '^db/(client|migrate)',
          '/(store|service|routes)\\.ts$',
          'node_modules/(drizzle-orm|pg|fastify|bullmq)/',
        ],
        dependencyTypesNot: ['type-only'],
        pathNot: '^src/records/service\\.ts$',
      },
    },
    {
      name: 'matching-is-pure',
      severity: 'error',
      comment: 'src/matching loads and saves nothing (docs/adr/0004).',
      from: { path: '^src/matching/' },
      to: { path: ['^db/', '^workers/', '^src/http/', '^src/core/(ctx|transaction|outbox|audit)'] },
    },
    {
      name: 'the-engine-stands-alone',
      severity: 'error',
      comment: 'src/matching/engine imports nothing of the rest.',
      from: { path: '^src/matching/engine/' },
      to: { path: '^(src|db|workers)/', pathNot: '^src/matching/engine/' },
    },
    { name: 'db-imports-no-src', severity: 'error', from: { path: '^db/' }, to: { path: '^(src|workers)/' } },
    { name: 'src-imports-no-workers', severity: 'error', from: { path: '^src/' }, to: { path: '^workers/' } },
    home('drizzle-orm', [
      '/store\\.ts$',
      '/store/',
      '^src/core/(transaction|snapshot|outbox|audit|housekeeping)\\.ts$',
      '^src/search/postgres\\.ts$',
      '^db/',
      '^workers/store\\.ts$',
      '^workers/readers/',
    ]),
    home('fastify', [
      '^src/(app|server|health|security-contact)\\.ts$',
      '^src/http/',
      '^src/auth/plugin\\.ts$',
      '/routes\\.ts$',
      '/routes/',
    ]),
    home('bullmq', ['^src/deps\\.ts$', '^workers/', '^db/migrate\\.ts$']),
    home('ioredis', ['^workers/']),
    home('prom-client', ['^src/metrics\\.ts$']),
    home('@opentelemetry', ['^src/tracing\\.ts$']),
    home('csv-stringify', ['^src/core/spreadsheets\\.ts$']),
    home('csv-parse', ['^src/exchange/reading/']),
    home('saxes', ['^src/exchange/reading/']),
    home('yauzl', ['^src/exchange/reading/']),
    home('meilisearch', ['^src/search/meilisearch/']),
    home('undici', ['^src/webhooks/outgoing/', '^src/files/s3/']),
    home('aws4fetch', ['^src/files/s3/']),
    home('ipaddr.js', ['^src/webhooks/outgoing/']),
    home('nodemailer', ['^src/mail/']),
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: ['\\.d\\.ts$', '^db/seed/generate-', '\\.config\\.ts$'] },
      to: {},
    },
    {
      name: 'no-dev-dependencies',
      severity: 'error',
      from: { path: '^(src|db|workers)/', pathNot: '^db/seed/generate-' },
      to: { dependencyTypes: ['npm-dev'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
