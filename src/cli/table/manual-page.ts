// The manual page nscope(1), from the table of verbs, which the help and the completion come from as well.
import { describeColumns } from '../../render/columns/column-terms.ts';
import {
  bold,
  escapeRoff,
  formatCompactTerms,
  formatExample,
  formatParagraph,
  formatSection,
  formatSubsection,
  formatTerm,
  formatTitle,
  italic,
  joinPage,
} from '../../render/lines/roff.ts';
import { exitStatuses, listExitStatuses } from '../help/exit-statuses.ts';
import { questions } from '../help/questions.ts';
import { targetDetails, targetForms, targetSummary } from '../help/target-forms.ts';
import { parseOptionFlags } from '../options/option-flags.ts';
import type { ColumnMeaning, Verb, VerbArgument, VerbOption } from '../options/verb.ts';
import { about, toSentence } from './about.ts';

const environment = [
  ['NO_COLOR', 'Where it is set and not empty, nothing is coloured.'],
  ['FORCE_COLOR', 'Where it is set, neither empty nor 0, output is coloured even if it goes to no terminal.'],
  ['NSCOPE_ADDON', 'The file of the native addon to load, or none to read /proc without one.'],
] as const;

const files = [
  ['/proc/PID/ns/', 'The links that lead to the namespaces of a process: namespaces(7).'],
  ['/run/netns/', 'The names of network namespaces that ip-netns(8) gives.'],
  ['/etc/subuid, /etc/subgid', 'The ids that run --map-auto maps: subuid(5).'],
  ['nscope.snapshot/1', 'The schema of what snapshot prints; the package has it as dist/snapshot.schema.json.'],
] as const;

/** By section, then by name. */
const others = [
  'nsenter(1)',
  'unshare(1)',
  'clone(2)',
  'ioctl_nsfs(2)',
  'setns(2)',
  'proc(5)',
  'capabilities(7)',
  'cgroup_namespaces(7)',
  'mount_namespaces(7)',
  'namespaces(7)',
  'network_namespaces(7)',
  'pid_namespaces(7)',
  'time_namespaces(7)',
  'user_namespaces(7)',
  'uts_namespaces(7)',
  'ip-netns(8)',
  'lsns(8)',
] as const;

/**
 * The whole page as roff.
 * @param date - shown in the footer, YYYY-MM-DD
 */
export async function formatManualPage(
  verbs: readonly Verb[],
  usual: string,
  version: string,
  date: string,
): Promise<string> {
  const parts = [
    '.\\" Made from the table of verbs; edits would be lost.',
    formatTitle('nscope', 1, date, `nscope ${version}`, 'User Commands'),
    formatSection('NAME'),
    formatParagraph(`nscope \\- ${escapeRoff(about)}`),
    formatSection('SYNOPSIS'),
    ...verbs.map((verb) => formatParagraph(formatSynopsis(verb, usual))),
    formatSection('DESCRIPTION'),
    formatParagraph(
      escapeRoff(
        'Data goes to standard output, remarks to standard error. nscope says what the host refused, and leaves nothing out in silence. Without a verb it lists the namespaces; with a TARGET in place of a verb it shows that thing.',
      ),
    ),
    formatSection('TARGET'),
    formatParagraph(escapeRoff(`${targetSummary}.`)),
  ];
  for (const { title, forms } of targetForms)
    parts.push(
      formatParagraph(escapeRoff(`${title}:`)),
      ...forms.map(({ form, meaning }) => formatTerm(bold(form), escapeRoff(meaning))),
    );
  for (const paragraph of targetDetails) parts.push(formatParagraph(escapeRoff(paragraph)));
  parts.push(formatSection('VERBS'));
  for (const verb of verbs) parts.push(...formatVerb(verb, usual, (await verb.columns?.()) ?? []));
  const statuses = exitStatuses.map(([status, meaning]) => [status, toSentence(meaning)] as const);
  parts.push(formatSection('EXIT STATUS'), formatCompactTerms(statuses));
  const own = verbs.filter((verb) => verb.statuses).map(({ name }) => bold(name));
  parts.push(formatParagraph(`Others of ${own.join(', ')} are listed with them.`), formatSection('ENVIRONMENT'));
  for (const [name, meaning] of environment) parts.push(formatTerm(bold(name), escapeRoff(meaning)));
  parts.push(formatSection('FILES'));
  for (const [path, meaning] of files) parts.push(formatTerm(italic(path), escapeRoff(meaning)));
  parts.push(formatSection('EXAMPLES'));
  for (const { question, command } of questions)
    parts.push(formatParagraph(escapeRoff(question)), formatExample(command));
  parts.push(formatSection('SEE ALSO'));
  parts.push(formatParagraph(others.map((page) => bold(page.slice(0, -3)) + page.slice(-3)).join(', ')));
  return joinPage(parts);
}

function formatVerb(verb: Verb, usual: string, columns: readonly ColumnMeaning[]): string[] {
  const parts = [formatSubsection(`nscope ${verb.name}`), formatParagraph(formatSynopsis(verb, usual))];
  parts.push(formatParagraph(escapeRoff(toSentence(verb.summary))));
  for (const paragraph of verb.details) parts.push(formatParagraph(escapeRoff(paragraph)));
  for (const argument of verb.arguments) parts.push(formatTerm(italic(argument.name), escapeRoff(argument.meaning)));
  for (const option of verb.options) parts.push(formatTerm(formatOption(option), escapeRoff(option.meaning)));
  if (columns.length > 0) parts.push(formatParagraph('Columns:'), formatCompactTerms(describeColumns(columns)));
  if (verb.statuses) parts.push(formatParagraph('Exit status:'), formatCompactTerms(listExitStatuses(verb)));
  for (const { command, meaning } of verb.examples)
    parts.push(formatParagraph(`Example: ${escapeRoff(meaning)}`), formatExample(command));
  return parts;
}

function formatSynopsis(verb: Verb, usual: string): string {
  const name = verb.name === usual ? `${bold('nscope')} [${bold(verb.name)}]` : bold(`nscope ${verb.name}`);
  const options = verb.options.length > 0 ? [`[${italic('options')}]`] : [];
  return [name, ...options, ...verb.arguments.map(formatArgument)].join(' ');
}

function formatArgument({ name, optional, repeated }: VerbArgument): string {
  const word = italic(name) + (repeated ? '...' : '');
  return optional ? `[${word}]` : word;
}

function formatOption({ flags }: VerbOption): string {
  const { short, long, value, optional, several } = parseOptionFlags(flags);
  const names = [...(short === undefined ? [] : [bold(short)]), bold(long)].join(', ');
  if (value === undefined) return names;
  return optional ? `${names}[=${italic(value)}]` : `${names} ${italic(value)}${several ? ',...' : ''}`;
}
