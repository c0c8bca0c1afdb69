import type { Params } from './template.ts';

function named(fallback: string, title: string | undefined, code: string | undefined): string {
  if (title === undefined) return fallback;
  return code === undefined ? `“${title}”` : `“${title}”（${code}）`;
}

export function demand(params: Params): string {
  return `需求${named('', params.demandTitle, params.demandCode)}`;
}

export function result(params: Params): string {
  return `成果${named('', params.resultTitle, params.resultCode)}`;
}

export function pair(params: Params): string {
  return `${demand(params)}与${result(params)}`;
}

export function project(params: Params): string {
  return `项目${named('', params.projectTitle, params.projectCode)}`;
}

export function milestone(params: Params): string {
  return `${project(params)}的里程碑${named('', params.milestoneTitle, undefined)}`;
}

export function contract(params: Params): string {
  return `技术合同${named('', params.contractTitle, params.contractCode)}`;
}

export function reason(params: Params): string {
  return params.reason === undefined ? '' : `原因：${params.reason}`;
}

export function due(params: Params): string {
  return params.dueOn === undefined ? '' : `请在 ${params.dueOn} 前答复。`;
}

export function organization(params: Params): string {
  return params.organizationName ?? '机构';
}

export function until(params: Params): string {
  return params.untilOn === undefined ? '' : `（至 ${params.untilOn}）`;
}

export function coded(params: Params): string {
  return params.demandCode === undefined ? '一项需求' : `需求 ${params.demandCode}`;
}

export function expert(params: Params): string {
  return params.expertName === undefined ? '专家' : `专家${params.expertName}`;
}

export function webhook(params: Params): string {
  return `Webhook${named('', params.webhookDescription, undefined)}`;
}

export function campaign(p: Params): string {
  return p.campaignTitle === undefined ? '需求征集' : `“${p.campaignTitle}”`;
}
