import type { Body, TestApi } from './api.ts';

export interface DocumentedOperation {
  /** As `GET /v1/demands/{id}`. */
  name: string;
  method: string;
  path: string;
  id: string;
}

/** Every operation that the API documents. */
export function operationsOf(api: TestApi): DocumentedOperation[] {
  const { paths } = api.app.swagger() as unknown as { paths: Record<string, Record<string, Body>> };
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path,
      id: operation.operationId,
    })),
  );
}

/** Every way to fill a path's parameters. */
export function fillPath(path: string, values: Readonly<Record<string, readonly string[]>>): string[] {
  const parameter = /\{([^}]+)\}/.exec(path);
  if (parameter === null) return [path];
  const [placeholder, name = ''] = parameter;
  const choices = { file: ['demands.xlsx'], ...values }[name];
  if (choices === undefined) throw new Error(`no value for {${name}} in ${path}`);
  return choices.flatMap((value) => fillPath(path.replace(placeholder, value), values));
}
