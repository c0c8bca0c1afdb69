import { needElements } from '../../../db/seed/quality-cues.ts';
import { readQuantity } from '../../matching/quantities.ts';
import type { DemandIndicator } from '../../matching/types.ts';
import type { ElementReader } from './elements.ts';

/** A demand's words, whether a draft, a record or a version of a diagnosis; what is not said is absent or null. */
export interface Need {
  title?: string | undefined;
  summary?: string | undefined;
  problem?: string | null | undefined;
  keyTechnology?: string | null | undefined;
  expectedOutcome?: string | null | undefined;
  indicators?: readonly DemandIndicator[] | undefined;
  alreadyTried?: string | null | undefined;
  keywords?: readonly string[] | undefined;
  industry?: string | null | undefined;
  decisionOwner?: string | null | undefined;
  budget?: { minCny?: number | null | undefined; maxCny?: number | null | undefined } | null | undefined;
}

export const qualityParts = [...needElements, 'indicators', 'decisionOwner', 'budget', 'triedApproaches'] as const;
export type QualityPart = (typeof qualityParts)[number];

/** Stands beside every score that is kept: points of two models are not to be compared. */
export const qualityModel = 'quality-1';

/** Points that a part gives at most; together 100. Set by hand: half for what it is about, half for what it is judged by. */
export const maxPoints: Readonly<Record<QualityPart, number>> = {
  material: 10,
  method: 10,
  effect: 10,
  product: 10,
  application: 10,
  indicators: 20,
  decisionOwner: 10,
  budget: 10,
  triedApproaches: 10,
};

export interface ScoredPart {
  part: QualityPart;
  points: number;
  maxPoints: number;
  /** What of the text counted: words of an element, names of indicators. */
  found: string[];
}

export interface Quality {
  /** 0–100: the sum of the parts' points. */
  score: number;
  model: string;
  parts: ScoredPart[];
}

/** One word may stand there by chance; the second makes a subject. */
const wordsForAll = 2;
/** Two measured targets say what is meant. */
const indicatorsForAll = 2;
/** Shorter is no account of what was tried ("无", "没有"). */
const minTriedLength = 8;

/**
 * How well a need is told, 0–100: the five elements (material, method, effect, product, application) as far as words for
 * them stand in the text, targets that can be measured, and who decides, what it may cost and what was tried.
 */
export function scoreQuality(need: Need, readElements: ElementReader): Quality {
  const { title, summary, problem, keyTechnology, expectedOutcome, keywords = [], indicators = [] } = need;
  const measured = indicators.filter((indicator) => readQuantity(indicator.name, indicator) !== null);
  const names = indicators.map(({ name }) => name);
  const texts = [title, summary, problem, keyTechnology, expectedOutcome, ...keywords, ...names];
  const found = readElements(texts.filter((text) => text != null && text !== '').join('\n'));
  // What stands in a field of its own tells of its element, whatever its words.
  const stated = {
    material: 0,
    method: isSaid(keyTechnology) ? 1 : 0,
    effect: measured.length,
    product: 0,
    application: isSaid(need.industry) ? 1 : 0,
  };
  const parts = [
    ...needElements.map((element) => {
      const told = found[element].length + stated[element];
      return part(element, Math.min(1, told / wordsForAll), found[element]);
    }),
    part(
      'indicators',
      Math.min(1, measured.length / indicatorsForAll),
      measured.map(({ name }) => name),
    ),
    part('decisionOwner', isSaid(need.decisionOwner) ? 1 : 0),
    part('budget', need.budget?.minCny != null || need.budget?.maxCny != null ? 1 : 0),
    part('triedApproaches', triedShare(need.alreadyTried)),
  ];
  return { score: parts.reduce((sum, { points }) => sum + points, 0), model: qualityModel, parts };
}

function part(name: QualityPart, share: number, found: string[] = []): ScoredPart {
  return { part: name, points: Math.round(share * maxPoints[name]), maxPoints: maxPoints[name], found };
}

function triedShare(tried: string | null | undefined): number {
  if (!isSaid(tried)) return 0;
  return tried.trim().length >= minTriedLength ? 1 : 0.5;
}

function isSaid(text: string | null | undefined): text is string {
  return text != null && text.trim() !== '';
}
