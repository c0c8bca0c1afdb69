import type { Db } from '../../core/transaction.ts';
import type { VocabularyName } from '../../vocabularies/inputs.ts';
import { listVocabulary } from '../../vocabularies/service.ts';

interface Named {
  code: string;
  parentCode: string | null;
  zh: string;
  en: string | null;
}

interface Vocabulary {
  items: readonly Named[];
  byCode: ReadonlyMap<string, Named>;
  byName: ReadonlyMap<string, string[]>;
}

/** What a name in a cell stands for. */
export type Lookup = { code: string } | { among: string[] } | null;

/** Finds the terms that people mean: by code, by name in either language, by both as drop-downs show them. */
export class Terms {
  readonly #vocabularies: ReadonlyMap<VocabularyName, Vocabulary>;

  private constructor(vocabularies: ReadonlyMap<VocabularyName, Vocabulary>) {
    this.#vocabularies = vocabularies;
  }

  static async load(db: Db, names: readonly VocabularyName[]): Promise<Terms> {
    const vocabularies = new Map();
    for (const name of new Set(names)) {
      const items = (await listVocabulary(db, name)).filter((term) => !term.retired);
      const byCode = new Map(items.map((item) => [item.code, item]));
      vocabularies.set(name, { items, byCode, byName: namesOf(items, byCode) });
    }
    return new Terms(vocabularies);
  }

  /** By the whole text, or by what stands before the first blank, as drop-downs have it. */
  find(vocabulary: VocabularyName, text: string): Lookup {
    const [first = ''] = text.trim().split(/\s/);
    return this.findWhole(vocabulary, text) ?? this.findWhole(vocabulary, first);
  }

  findWhole(vocabulary: VocabularyName, text: string): Lookup {
    const codes = this.#vocabularies.get(vocabulary)?.byName.get(plain(text));
    if (codes === undefined) return null;
    return codes.length === 1 ? { code: codes[0] ?? '' } : { among: codes };
  }

  choices(vocabulary: VocabularyName, isOffered: (code: string) => boolean = () => true): string[] {
    return (this.#vocabularies.get(vocabulary)?.items ?? []).filter(({ code }) => isOffered(code)).map(shown);
  }

  /** As drop-downs show it; the code where nothing is called so any more. */
  shown(vocabulary: VocabularyName, code: string): string {
    const term = this.#vocabularies.get(vocabulary)?.byCode.get(code);
    return term === undefined ? code : shown(term);
  }

  name(vocabulary: VocabularyName, code: string | null): string | null {
    if (code === null) return null;
    return this.#vocabularies.get(vocabulary)?.byCode.get(code)?.zh ?? code;
  }
}

/** "401 金属材料"; the name alone where the code is a word. */
function shown({ code, zh }: Named): string {
  return /^[A-Z0-9]+$/.test(code) ? `${code} ${zh}` : zh;
}

function namesOf(items: readonly Named[], byCode: ReadonlyMap<string, Named>): Map<string, string[]> {
  const byName = new Map<string, string[]>();
  const add = (name: string, code: string) => {
    const known = byName.get(name) ?? [];
    if (!known.includes(code)) byName.set(name, [...known, code]);
  };
  for (const item of items) {
    add(plain(item.code), item.code);
    add(plain(item.zh), item.code);
    add(plain(shown(item)), item.code);
    if (item.en !== null) add(plain(item.en), item.code);
    // 宁夏回族自治区吴忠市利通区, since 鼓楼区 alone is one of many.
    let path = item.zh;
    for (let at = item.parentCode; at !== null; at = byCode.get(at)?.parentCode ?? null) {
      path = `${byCode.get(at)?.zh ?? ''}${path}`;
      add(plain(path), item.code);
    }
  }
  return byName;
}

function plain(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll(/[\s,，、]/g, '')
    .toLowerCase();
}
