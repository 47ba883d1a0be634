// What can be completed where: the table of verbs, with columns and choices, as the scripts for the shells need it.
//
// The scripts hold all words themselves. Libraries that make such scripts (tab, omelette, tabtab) start the program at
// every press of the key, and none of them completes lists with commas.
import { namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import { workloadEngines } from '../../model/snapshot/workload-engines.ts';
import { fileTopics } from '../help/own-files.ts';
import { targetTopic } from '../help/target-forms.ts';
import { type OptionFlags, parseOptionFlags } from '../options/option-flags.ts';
import type { ColumnMeaning, Verb, VerbArgument, VerbOption } from '../options/verb.ts';

/** What may stand somewhere: some words, a file, what TARGET can be, a PID, or what nobody can foresee. */
export type Completion =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'file' | 'target' | 'pid' | 'free' };

export interface CompletedOption extends OptionFlags {
  readonly meaning: string;
  /** Of its value; undefined where it takes none. */
  readonly completion?: Completion;
}

interface CompletedArgument {
  readonly name: string;
  readonly completion: Completion;
  readonly repeated: boolean;
}

interface CompletedVerb {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly CompletedOption[];
  /** In turn; the last may stand several times. */
  readonly arguments: readonly CompletedArgument[];
}

export interface CompletionTable {
  /** The verb that is meant where none is written. */
  readonly usual: string;
  /** The verb that is meant where a TARGET is written in its place. */
  readonly targeted: string;
  readonly verbs: readonly CompletedVerb[];
}

/** The prefixes of a TARGET that names its type or its engine. */
export const targetPrefixes: readonly string[] = [...namespaceTypes, ...workloadEngines].map((word) => `${word}:`);

/** Prints the workloads, one on a line, with a tilde before some: the one thing that nscope is started for. */
export const listWorkloads = 'command nscope workloads --no-bpf -n -w -o workload 2>/dev/null';

const helpOption: VerbOption = { flags: '-h, --help', meaning: 'print help' };
const versionOption: VerbOption = { flags: '-V, --version', meaning: 'print the version' };

export async function buildCompletionTable(
  verbs: readonly Verb[],
  usual: string,
  targeted: string,
): Promise<CompletionTable> {
  const completed: CompletedVerb[] = [];
  for (const { name, summary, options, arguments: words, columns } of verbs) {
    const own = (await columns?.()) ?? [];
    const all = [...options, helpOption, ...(name === usual ? [versionOption] : [])];
    completed.push({
      name,
      summary,
      options: all.map((option) => completeOption(option, own)),
      arguments: words.map(completeArgument),
    });
  }
  const names = verbs.map(({ name }) => name);
  completed.push({
    name: 'help',
    summary: 'print help for a verb',
    options: [],
    arguments: [
      { name: 'VERB', completion: { kind: 'words', words: [...names, targetTopic, ...fileTopics] }, repeated: false },
    ],
  });
  return { usual, targeted, verbs: completed };
}

function completeOption(option: VerbOption, columns: readonly ColumnMeaning[]): CompletedOption {
  const flags = parseOptionFlags(option.flags);
  const { meaning } = option;
  if (flags.value === undefined) return { ...flags, meaning };
  return { ...flags, meaning, completion: completeValue(option, columns, flags.value) };
}

function completeValue(option: VerbOption, columns: readonly ColumnMeaning[], value: string): Completion {
  if (option.choices) return { kind: 'words', words: option.choices };
  if (option.completes === 'columns') return { kind: 'words', words: columns.map(({ name }) => name) };
  return option.completes === 'file' ? { kind: 'file' } : completeByName(value);
}

function completeArgument({ name, choices, repeated = false }: VerbArgument): CompletedArgument {
  return { name, completion: choices ? { kind: 'words', words: choices } : completeByName(name), repeated };
}

function completeByName(name: string): Completion {
  if (name === 'TARGET') return { kind: 'target' };
  if (name === 'PID') return { kind: 'pid' };
  return name === 'FILE' || name === 'DIR' ? { kind: 'file' } : { kind: 'free' };
}
