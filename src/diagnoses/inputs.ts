import { type Static, Type } from 'typebox';
import { UpdateDemand } from '../demands/inputs.ts';

/** A draft as far as it has got: the fields of a demand, none of them required. */
export const AdviseOnDemand = Type.Object(UpdateDemand.properties, {
  title: 'AdviseOnDemand',
  additionalProperties: false,
  minProperties: 1,
  examples: [{ title: '粗铟提纯', problem: '萃取—电解后产品只能到 4N5。', keywords: ['高纯铟'] }],
});
export type AdviseOnDemand = Static<typeof AdviseOnDemand>;
