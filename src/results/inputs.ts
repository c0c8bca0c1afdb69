import { type Static, Type } from 'typebox';
import {
  Clearable,
  Exclusivity,
  IndustryCode,
  LongText,
  MoneyRangeInput,
  sharedFields,
  title,
} from '../records/inputs.ts';

export const ResultIndicator = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    value: Type.Optional(Type.Number()),
    min: Type.Optional(Type.Number()),
    max: Type.Optional(Type.Number()),
    unit: Type.Optional(Type.String({ maxLength: 30, default: '' })),
    evidence: Type.Optional(
      Type.String({ maxLength: 500, description: 'Where the value comes from: a test report, a standard.' }),
    ),
  },
  { title: 'ResultIndicator', additionalProperties: false },
);

export const IprKind = Type.Enum([
  'invention',
  'utility_model',
  'design',
  'software_copyright',
  'ic_layout',
  'plant_variety',
  'trade_secret',
  'other',
]);

export const ResultStage = Type.Enum(['lab', 'pilot', 'small_batch', 'mass_production']);

export const IprItem = Type.Object(
  {
    kind: IprKind,
    number: Type.Optional(Type.String({ maxLength: 60 })),
    status: Type.Optional(Type.String({ maxLength: 40 })),
    ipcCodes: Type.Optional(
      Type.Array(Type.String({ maxLength: 20 }), { maxItems: 20, description: 'International Patent Classification.' }),
    ),
  },
  { title: 'IprItem', additionalProperties: false },
);

export const ResultOwner = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 200 }),
    share: Type.Number({ minimum: 0, maximum: 100, description: 'Percent.' }),
  },
  { title: 'ResultOwner', additionalProperties: false },
);

export const InventorInput = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    title: Type.Optional(Type.String({ maxLength: 100 })),
    phone: Type.Optional(Type.String({ maxLength: 40, description: 'Confidential.' })),
    email: Type.Optional(Type.String({ format: 'email', maxLength: 200, description: 'Confidential.' })),
  },
  { title: 'InventorInput', additionalProperties: false },
);

const fields = {
  ...sharedFields,
  description: Clearable(LongText),
  advantages: Clearable(LongText),
  indicators: Type.Optional(Type.Array(ResultIndicator, { maxItems: 30 })),
  applicationIndustries: Type.Optional(Type.Array(IndustryCode, { maxItems: 10 })),
  trl: Clearable(Type.Integer({ minimum: 1, maximum: 9 })),
  stage: Clearable(ResultStage),
  ipr: Type.Optional(Type.Array(IprItem, { maxItems: 50 })),
  owners: Type.Optional(Type.Array(ResultOwner, { maxItems: 20 })),
  inventors: Type.Optional(Type.Array(InventorInput, { maxItems: 50 })),
  completedOn: Clearable(Type.String({ format: 'date' })),
  fundingSource: Clearable(Type.String({ maxLength: 200 })),
  awards: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 20 })),
  price: Clearable(MoneyRangeInput),
  exclusivity: Clearable(Exclusivity),
  evaluationForm: Clearable(Type.String({ maxLength: 100 })),
  registration: Clearable(
    Type.Object(
      { number: Type.String({ minLength: 1, maxLength: 60 }), date: Type.String({ format: 'date' }) },
      { additionalProperties: false },
    ),
  ),
  confidentiality: Type.Optional(
    Type.Object(
      { detail: Clearable(LongText) },
      { additionalProperties: false, description: 'Shown once both parties have accepted.' },
    ),
  ),
};

/** Only a title is needed for a draft; the rest by the time it is submitted. */
export const CreateResult = Type.Object(
  { title, ...fields },
  {
    title: 'CreateResult',
    additionalProperties: false,
    examples: [
      {
        title: '隔膜电解法制备 6N 级稀散金属',
        summary: '以阴离子交换膜分隔阴阳极室，一步电解得到 6N 铟。',
        description: '从含锌冶炼渣的富铟液出发，经选择性萃取与膜电解，铟纯度 99.9999 %，总回收率 92 %。',
        indicators: [{ name: '铟纯度', value: 99.9999, unit: '%', evidence: 'GDMS 检测报告' }],
        keywords: ['铟', '膜电解', '高纯金属'],
        technologyFields: ['401'],
        applicationIndustries: ['32'],
        trl: 6,
        stage: 'pilot',
        ipr: [{ kind: 'invention', number: 'ZL202410000000.1', status: 'granted' }],
        cooperationModes: ['joint_development', 'licence'],
        price: { minCny: 2_000_000, maxCny: 4_000_000, negotiable: true },
        exclusivity: 'non_exclusive',
        regionCode: '430100',
        confidentiality: { detail: '膜材料供应商可提供。' },
        contact: { name: '李教授', email: 'li@university.example' },
      },
    ],
  },
);
export type CreateResult = Static<typeof CreateResult>;

/** Absent leaves, null clears. */
export const UpdateResult = Type.Object(
  { title: Type.Optional(title), ...fields },
  { title: 'UpdateResult', additionalProperties: false, minProperties: 1, examples: [{ trl: 7, exclusivity: null }] },
);
export type UpdateResult = Static<typeof UpdateResult>;
