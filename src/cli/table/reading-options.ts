// The options that all reading verbs share.
import { namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import type { VerbOption } from './verb.ts';

export const fromOption = {
  flags: '--from FILE',
  meaning: 'read a snapshot from FILE, - for standard input, instead of this host',
  completes: 'file',
} as const satisfies VerbOption;

export const noBpfOption = {
  flags: '--no-bpf',
  meaning: 'do not read the kernel with BPF; /proc alone',
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
  meaning: 'show these columns; +NAME adds one to the usual ones, -NAME leaves one out; help lists them',
  completes: 'columns',
} as const satisfies VerbOption;

export const filterOption = {
  flags: '--filter EXPR',
  meaning: 'only rows for which the CEL expression over the columns is true',
} as const satisfies VerbOption;

export const noHeaderOption = {
  flags: '-n, --no-header',
  meaning: 'no line of column names',
} as const satisfies VerbOption;

export const wideOption = {
  flags: '-w, --wide',
  meaning: 'do not fit the lines to the terminal',
} as const satisfies VerbOption;

export const rowOptions = [
  jsonOption,
  columnsOption,
  filterOption,
  {
    flags: '--sort NAME,...',
    meaning: 'order by these columns; -NAME turns the order; what is not known comes last',
    completes: 'columns',
  },
  noHeaderOption,
  wideOption,
  quietOption,
  noBpfOption,
  fromOption,
] as const satisfies readonly VerbOption[];
