// The help of nscope and of each verb, from the table of verbs.

import { readOwnFile } from '../../kernel/addon/package-root.ts';
import { describeColumns } from '../../render/columns/column-terms.ts';
import { wrapText } from '../../render/words/wrap-text.ts';
import { listExitStatuses } from '../help/exit-statuses.ts';
import { findHabit } from '../help/habits.ts';
import { fileTopics, ownFiles } from '../help/own-files.ts';
import { targetDetails, targetForms, targetSummary, targetTopic } from '../help/target-forms.ts';
import { parseOptionFlags } from '../options/option-flags.ts';
import type { Verb, VerbArgument, VerbOption } from '../options/verb.ts';
import { readTerminalWidth, writeExactly, writeLines } from '../screen/output.ts';
import { about, toSentence } from '../table/about.ts';
import { suggest, UsageError } from '../table/errors.ts';
import { verbGroups } from '../table/verb-groups.ts';
import { usualVerb, verbNames, verbs } from '../table/verbs.ts';

/** What is explained: a word or an option, and its meaning. */
type Term = readonly [term: string, meaning: string];

const helpTerm: Term = ['-h, --help', 'print help'];
const versionTerm: Term = ['-V, --version', 'print the version'];

/** A term that is longer has its meaning on the next line; less on a narrow screen. */
const maxTermWidth = 26;

/** So many columns are left for meanings. */
const minMeaningWidth = 20;

/**
 * The help of a verb or of a topic, or a file that nscope brings; the help of nscope where none is named.
 * @throws UsageError for a word that is none of them, for a word too many, and for a file that is not there
 */
export async function printHelp([word, excess]: readonly string[]): Promise<void> {
  const own = ownFiles.get(word ?? '');
  const topic = word === undefined || own ? undefined : findTopic(word);
  if (excess !== undefined)
    throw new UsageError(
      `help: too many arguments: ${JSON.stringify(excess)}; it takes one VERB, or ${[targetTopic, ...fileTopics].join(', ')}`,
    );
  if (own) {
    for (const file of own) {
      const text = readOwnFile(file);
      if (text === undefined)
        throw new UsageError(`help ${word}: this installation of nscope has no ${file}; an executable has it`);
      writeExactly(text);
    }
    return;
  }
  const width = Math.min(Math.max(readTerminalWidth() ?? 80, 40), 100);
  writeLines(await describeHelp(topic, width));
}

function findTopic(word: string): Verb | typeof targetTopic {
  if (word.toLowerCase() === targetTopic) return targetTopic;
  const verb = verbs.find(({ name }) => name === word);
  if (verb) return verb;
  const habit = findHabit(word);
  const hint =
    habit === undefined ? suggest(word, [...verbNames, targetTopic, ...fileTopics]) : `did you mean ${habit}?`;
  throw new UsageError(`there is no verb "${word}"; ${hint}`);
}

/**
 * @param topic - a verb, `target`, or undefined for nscope itself
 * @param width - in columns; what a person would copy may be longer
 */
export async function describeHelp(topic: Verb | typeof targetTopic | undefined, width: number): Promise<string[]> {
  if (topic === targetTopic) return describeTarget(width);
  return topic ? describeVerb(topic, width) : describeVerbs(width);
}

function describeTarget(width: number): string[] {
  const lines = wrapText(toSentence(targetSummary), width);
  for (const { title, forms } of targetForms)
    lines.push(
      '',
      `${title}:`,
      ...describeTerms(
        forms.map(({ form, meaning }): Term => [form, meaning]),
        width,
      ),
    );
  for (const paragraph of targetDetails) lines.push('', ...wrapText(paragraph, width));
  return lines;
}

function describeVerbs(width: number): string[] {
  const lines = [
    ...describeUsage('nscope [VERB] [OPTIONS] [TARGET...]', width),
    '',
    ...wrapText(toSentence(about), width),
  ];
  for (const { title, verbs: names, example } of verbGroups) {
    const terms = names.map((name): Term => [name, verbs.find((verb) => verb.name === name)?.summary ?? '']);
    lines.push('', `${title}:`, ...describeTerms(terms, width), `  such as: ${example}`);
  }
  lines.push('', 'Options:', ...describeTerms([helpTerm, versionTerm], width));
  const more = [
    `nscope help VERB explains a verb, and nscope help ${targetTopic} what a TARGET is.`,
    `nscope help ${fileTopics.slice(0, -1).join(', ')} or ${fileTopics.at(-1)} prints a file that nscope brings.`,
    `Without a verb, nscope lists the namespaces (${usualVerb}); nscope TARGET shows that thing (show).`,
  ];
  return [...lines, '', ...more.flatMap((sentence) => wrapText(sentence, width))];
}

async function describeVerb(verb: Verb, width: number): Promise<string[]> {
  const words = verb.arguments.map(formatArgument);
  const options = verb.options.map((option): Term => [formatFlags(option), option.meaning]);
  const columns = describeColumns((await verb.columns?.()) ?? []);
  const lines = describeUsage(['nscope', verb.name, '[OPTIONS]', ...words].join(' '), width);
  for (const paragraph of [toSentence(verb.summary), ...verb.details]) lines.push('', ...wrapText(paragraph, width));
  const sections: [string, readonly Term[]][] = [
    ['Arguments', verb.arguments.map(({ name, meaning }): Term => [name, meaning])],
    ['Options', [...options, helpTerm]],
    ['Columns', columns],
    ['Exit status', listExitStatuses(verb)],
    ['Examples', verb.examples.map(({ command, meaning }): Term => [command, meaning])],
  ];
  for (const [title, terms] of sections)
    if (terms.length > 0) lines.push('', `${title}:`, ...describeTerms(terms, width));
  return lines;
}

function describeUsage(usage: string, width: number): string[] {
  return wrapText(`Usage: ${usage}`, width);
}

function formatArgument({ name, optional, repeated }: VerbArgument): string {
  const word = repeated ? `${name}...` : name;
  return optional ? `[${word}]` : word;
}

/** Aligned, also where some have no short form. */
function formatFlags({ flags }: VerbOption): string {
  return parseOptionFlags(flags).short === undefined ? `    ${flags}` : flags;
}

function describeTerms(terms: readonly Term[], width: number): string[] {
  const longest = Math.min(maxTermWidth, width - 4 - minMeaningWidth);
  const termWidth = Math.max(...terms.map(([term]) => (term.length > longest ? 0 : term.length)), 4);
  const indent = ' '.repeat(termWidth + 4);
  return terms.flatMap(([term, meaning]) => {
    const [first = '', ...rest] = wrapText(meaning, width - indent.length);
    const more = rest.map((line) => indent + line);
    if (term.length > termWidth) return [`  ${term}`, indent + first, ...more];
    return [`  ${term.padEnd(termWidth)}  ${first}`, ...more];
  });
}
