/**
 * JSON as no honest client writes it. Within a value, an object with one of these keys alone stands for text as it is, for the
 * id of some record of the living world, or for an object whose members may share a name.
 */
export type Mark = { $text: string } | { $id: number } | { $members: [string, unknown][] };

export function isMark(value: unknown): value is Mark {
  if (value === null || typeof value !== 'object') return false;
  const [name, ...others] = Object.keys(value);
  return others.length === 0 && (name === '$text' || name === '$id' || name === '$members');
}

/** @param idAt the id that a number stands for */
export function writeJson(value: unknown, idAt: (at: number) => string): string {
  if (isMark(value)) {
    if ('$text' in value) return value.$text;
    if ('$id' in value) return JSON.stringify(idAt(value.$id));
    return writeMembers(value.$members, idAt);
  }
  if (Array.isArray(value)) return `[${value.map((item) => writeJson(item, idAt)).join(',')}]`;
  if (value !== null && typeof value === 'object') return writeMembers(Object.entries(value), idAt);
  return JSON.stringify(value) ?? 'null';
}

function writeMembers(members: [string, unknown][], idAt: (at: number) => string): string {
  return `{${members.map(([name, inner]) => `${JSON.stringify(name)}:${writeJson(inner, idAt)}`).join(',')}}`;
}

export type Edit = { at: number } & (
  | { change: 'replace'; value: unknown }
  | { change: 'remove' }
  | { change: 'add'; name: string; value: unknown }
  | { change: 'twice' }
);

/** Applies each edit at the node that its number falls on, counted from the root. Removing the root leaves null. */
export function edited(value: unknown, edits: readonly Edit[]): unknown {
  return edits.reduce<unknown>((current, edit) => {
    const counter = { left: edit.at % countNodes(current) };
    const changed = editAt(current, edit, counter);
    return changed === removed ? null : changed;
  }, value);
}

const removed = Symbol('removed');

function countNodes(value: unknown): number {
  return childrenOf(value).reduce((sum, [, inner]) => sum + countNodes(inner), 1);
}

function childrenOf(value: unknown): [string, unknown][] {
  return value === null || typeof value !== 'object' || isMark(value) ? [] : Object.entries(value);
}

function editAt(value: unknown, edit: Edit, counter: { left: number }): unknown {
  if (counter.left === 0) {
    counter.left = -1;
    return editNode(value, edit);
  }
  counter.left -= 1;
  const children: [string, unknown][] = [];
  for (const [name, inner] of childrenOf(value)) {
    const changed = counter.left < 0 ? inner : editAt(inner, edit, counter);
    if (changed !== removed) children.push([name, changed]);
  }
  if (Array.isArray(value)) return children.map(([, inner]) => inner);
  return childrenOf(value).length === 0 ? value : membersOf(children);
}

function editNode(value: unknown, edit: Edit): unknown {
  if (edit.change === 'replace') return edit.value;
  if (edit.change === 'remove') return removed;
  if (value === null || typeof value !== 'object' || isMark(value)) return [value, value];
  const first = Object.entries(value)[0];
  if (Array.isArray(value)) return edit.change === 'add' ? [...value, edit.value] : [...value, ...value];
  if (edit.change === 'add') return membersOf([...Object.entries(value), [edit.name, edit.value]]);
  return { $members: first === undefined ? [] : [first, ...Object.entries(value)] };
}

/** A member called `__proto__` must be written, not become a prototype. */
function membersOf(members: [string, unknown][]): unknown {
  return members.some(([name]) => name === '__proto__') ? { $members: members } : Object.fromEntries(members);
}
