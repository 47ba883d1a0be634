// --type: of which types namespaces are wanted.
import { isNamespaceType, type NamespaceType, namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import { suggest, UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';
import { readListOption } from './choose-columns.ts';

/** Those of these types; of all where none is asked for. */
export function chooseTypes<N extends { readonly type: NamespaceType }>(
  all: readonly N[],
  types: readonly NamespaceType[],
): N[] {
  return types.length === 0 ? [...all] : all.filter(({ type }) => types.includes(type));
}

/** @throws UsageError naming a type that does not exist, or where none is named */
export function readTypes(options: OptionValues): readonly NamespaceType[] {
  return readListOption(options, 'type').map((word) => {
    if (!isNamespaceType(word))
      throw new UsageError(`there is no namespace type "${word}"; ${suggest(word, namespaceTypes)}`);
    return word;
  });
}
