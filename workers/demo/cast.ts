import type { Sample, SamplePair } from './sample.ts';
import { homeRegion, known } from './sample.ts';

/** Of every account that the demo makes. The server listens on this machine only unless HOST says otherwise. */
export const samplePassword = 'duijie-demo';

export const sampleAdministrator = { email: 'admin@duijie.example', password: samplePassword };

/** Of the root market, so that every desk is theirs. Made first: where this account is, the sample is at home. */
export const director = { name: '总市场主任', email: 'director@market.example' };

export const bureau = { name: '湖南省科技局·样例', regionCode: '430000' };
export const officer = { name: '科技局专员', email: 'officer@bureau.example' };

/** The university member who posts the first story's result; everything else at universities is the transfer offices'. */
export const researcher = { name: '曾亦文团队成员', email: 'researcher@zhongnan-metallurgy.example' };

export function brokerEmail(marketRegion: string): string {
  return `broker.${marketRegion}@market.example`;
}

/** Who acts in the story of a pair, by e-mail address. */
export interface Cast {
  enterprise: string;
  university: string;
  demandBroker: string;
  resultBroker: string;
}

export function castOf(sample: Sample, pair: SamplePair): Cast {
  const { demand, result } = pair;
  const isFirst = pair === sample.pairs[0];
  return {
    enterprise: known(sample.organizations, demand.organization).contact.email,
    university: isFirst ? researcher.email : known(sample.organizations, result.organization).contact.email,
    demandBroker: brokerEmail(homeRegion(sample, demand.regionCode)),
    resultBroker: brokerEmail(homeRegion(sample, result.regionCode)),
  };
}
