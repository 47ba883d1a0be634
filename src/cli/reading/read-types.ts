// --type: of which types namespaces are wanted.
import { isNamespaceType, type NamespaceType, namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import { suggest, UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';
import { readListOption } from './choose-columns.ts';

/** @throws UsageError naming a type that does not exist, or where none is named */
export function readTypes(options: OptionValues): readonly NamespaceType[] {
  return readListOption(options, 'type').map((word) => {
    if (!isNamespaceType(word))
      throw new UsageError(`there is no namespace type "${word}"; ${suggest(word, namespaceTypes)}`);
    return word;
  });
}
