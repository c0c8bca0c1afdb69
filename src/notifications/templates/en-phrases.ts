import type { Params } from './template.ts';

function named(noun: string, title: string | undefined, code: string | undefined): string {
  if (title === undefined) return `a ${noun}`;
  return code === undefined ? `the ${noun} “${title}”` : `the ${noun} “${title}” (${code})`;
}

export function demand(params: Params): string {
  return named('demand', params.demandTitle, params.demandCode);
}

export function result(params: Params): string {
  return named('result', params.resultTitle, params.resultCode);
}

export function pair(params: Params): string {
  return `${demand(params)} and ${result(params)}`;
}

export function project(params: Params): string {
  return named('project', params.projectTitle, params.projectCode);
}

export function milestone(params: Params): string {
  return `${named('milestone', params.milestoneTitle, undefined)} of ${project(params)}`;
}

export function contract(params: Params): string {
  return named('contract', params.contractTitle, params.contractCode);
}

export function published(params: Params): string {
  const noun = params.searchKind === 'result' ? 'result' : 'demand';
  return params.count === '1' ? `one ${noun} was` : `${params.count ?? 'some'} ${noun}s were`;
}

export function reason(params: Params): string {
  return params.reason === undefined ? '' : ` Reason: ${params.reason}`;
}

export function due(params: Params): string {
  return params.dueOn === undefined ? '' : ` Please answer by ${params.dueOn}.`;
}

export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function validUntil(params: Params): string {
  return params.validUntil === undefined ? 'soon' : `on ${params.validUntil}`;
}

export function organization(params: Params): string {
  return params.organizationName ?? 'the organization';
}

export function until(params: Params): string {
  return params.untilOn === undefined ? '' : ` until ${params.untilOn}`;
}

export function coded(params: Params): string {
  return params.demandCode === undefined ? 'a demand' : `demand ${params.demandCode}`;
}

export function expert(params: Params): string {
  return params.expertName ?? 'the expert';
}

export function webhook(params: Params): string {
  return named('webhook', params.webhookDescription, undefined);
}

export function campaign(p: Params): string {
  return p.campaignTitle === undefined ? 'The campaign' : `The campaign "${p.campaignTitle}"`;
}
