// --type: of which types namespaces are wanted.
import { isNamespaceType, type NamespaceType, namespaceTypes } from '../model/namespace-types.ts';
import { splitWords } from './choose-columns.ts';
import { suggest, UsageError } from './errors.ts';
import type { OptionValues } from './verb.ts';

/** @throws UsageError naming a type that does not exist */
export function readTypes(options: OptionValues): readonly NamespaceType[] {
  return splitWords(options.type).map((word) => {
    if (!isNamespaceType(word))
      throw new UsageError(`there is no namespace type "${word}"; ${suggest(word, namespaceTypes)}`);
    return word;
  });
}
