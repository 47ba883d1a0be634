// The options that all reading verbs share.
import { namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import type { VerbOption } from './verb.ts';

export const fromOption = {
  flags: '--from FILE',
  meaning: 'read a snapshot from FILE (- for standard input) instead of this host',
  completes: 'file',
} as const satisfies VerbOption;

export const noBpfOption = {
  flags: '--no-bpf',
  meaning: 'do not use BPF; read only /proc',
} as const satisfies VerbOption;

export const jsonOption = { flags: '-j, --json', meaning: 'print one JSON object' } as const satisfies VerbOption;

export const quietOption = {
  flags: '-q, --quiet',
  meaning: 'no remarks on standard error; errors are still told',
} as const satisfies VerbOption;

export const typeOption = {
  flags: '-t, --type TYPE,...',
  meaning: 'only namespaces of these types',
  choices: namespaceTypes,
} as const satisfies VerbOption;

export const columnsOption = {
  flags: '-o, --columns NAME,...',
  meaning: 'show these columns; +NAME adds one to the usual ones, -NAME removes one; listed under Columns',
  completes: 'columns',
} as const satisfies VerbOption;

export const filterOption = {
  flags: '--filter EXPR',
  meaning: 'only rows for which this CEL expression over the columns is true',
} as const satisfies VerbOption;

export const noHeaderOption = {
  flags: '-n, --no-header',
  meaning: 'do not print the column names',
} as const satisfies VerbOption;

export const wideOption = {
  flags: '-w, --wide',
  meaning: 'do not cut the lines to the width of the terminal',
} as const satisfies VerbOption;

export const rowOptions = [
  jsonOption,
  columnsOption,
  filterOption,
  {
    flags: '--sort NAME,...',
    meaning: 'sort by these columns; -NAME reverses the order; unknown values come last',
    completes: 'columns',
  },
  noHeaderOption,
  wideOption,
  quietOption,
  noBpfOption,
  fromOption,
] as const satisfies readonly VerbOption[];
