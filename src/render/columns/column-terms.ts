// The columns of a verb as help and manual page list them.
import { findNamed, kindWords } from '../../analysis/listing/named-fields.ts';
import type { Column } from './columns.ts';

type Described = Pick<Column<never>, 'name' | 'header' | 'kind' | 'meaning'>;

/** Name, and type of the values with the meaning; the header as well where it is another name that is understood. */
export function describeColumns(columns: readonly Described[]): (readonly [name: string, meaning: string])[] {
  return columns.map((column) => {
    const { name, header, kind, meaning } = column;
    const isOther = header.toLowerCase() !== name.toLowerCase() && findNamed(columns, header) === column;
    return [name, `${kindWords[kind]}${isOther ? `, also ${header}` : ''}: ${meaning}`];
  });
}
