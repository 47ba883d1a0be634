// What a column is called, on the command line and in a filter, and of which type its values are.

/** What a value can be compared as; `any` where that is not said. A value may also be none. */
export type FilterKind = 'int' | 'string' | 'bool' | 'list' | 'any';

/** As people call them. */
export const kindWords: Readonly<Record<FilterKind, string>> = {
  int: 'number',
  string: 'text',
  bool: 'bool',
  list: 'list',
  any: 'any type',
};

interface Named {
  readonly name: string;
  /** What stands above the column: another name of it. */
  readonly header?: string;
}

/**
 * The one that a word names: by its name or by its header, upper or lower case. What is the same to the letter comes
 * first, and a name before a header.
 */
export function findNamed<N extends Named>(all: readonly N[], word: string): N | undefined {
  const folded = fold(word);
  return (
    all.find(({ name }) => name === word) ??
    all.find(({ header }) => header === word) ??
    all.find(({ name }) => fold(name) === folded) ??
    all.find(({ header }) => header !== undefined && fold(header) === folded)
  );
}

function fold(word: string): string {
  return word.toLowerCase().replaceAll(' ', '');
}
