// One row of /proc for a process or a thread, as a fact.

import { nameErrno } from '../../kernel/addon/syscall-error.ts';
import { type TaskScan, takeTaskScan } from '../../kernel/proc/prepared-scan.ts';
import { readProcTasks } from '../../kernel/proc/proc-tasks.ts';
import type { NamespaceInodes, ProcessFact } from '../../model/facts/facts.ts';
import { isKnown, type Known, notAsked, unknownFromErrno } from '../../model/snapshot/known.ts';
import { type NamespaceLink, namespaceLinks } from '../../model/snapshot/namespace-types.ts';
import { parseCgroup } from '../../parse/proc/cgroup.ts';
import { parseStartTime } from '../../parse/proc/stat.ts';
import { parseCmdline, parseText } from '../../parse/text/text.ts';
import type { Inputs } from '../contract/inputs.ts';
import type { Report } from '../contract/source.ts';

/** Command lines may be megabytes; what is beyond this is cut, and the last word then ends with this sign. */
export const longestCommandLineBytes = 32_768;
const cutSign = '…';

/**
 * Reads the named directories of /proc ("812", "812/task/813") as tasks. One that ended before all was read is passed
 * over: a vanished process is normal. Links that are refused are counted and stay unknown with their reason.
 * @param take - gets the tasks in the order of the names
 * @param begun - the reading of these names, where that has begun
 */
export function readTasks(
  { host, wanted }: Pick<Inputs, 'host' | 'wanted'>,
  report: Report,
  names: readonly string[],
  take: (task: ProcessFact) => void,
  begun?: TaskScan,
): void {
  const { commandLines, cgroups } = wanted;
  const { links, files } = chooseQuestion({ host, wanted });
  const refusals = new Map<NamespaceInodes, RefusedLink>();
  report.asked(names.length);
  readProcTasks(
    { names, links, files, maxFileBytes: longestCommandLineBytes },
    {
      // Most processes share all their namespaces with others: equal sets are one frozen object.
      links(numbers) {
        const inodes = makeSet(links, numbers);
        const refused = findRefused(links, numbers);
        if (refused) refusals.set(inodes, refused);
        return inodes;
      },
      files: (answers) => ({
        commandLine: commandLines === 'all' ? toCommandLine(answers[0]) : notAsked,
        cgroup: cgroups ? toText(answers.at(-1), parseCgroup) : notAsked,
      }),
      task(task, name) {
        // Where one link is refused all are: one refusal for each task, not ten.
        const refused = refusals.size > 0 ? refusals.get(task.namespaces) : undefined;
        if (refused) countRefusal(report, 'the namespace links', refused.errno, `/proc/${name}/ns/${refused.link}`);
        take(task);
      },
      failed: (name, errno) => countRefusal(report, 'the directory of a process', errno, `/proc/${name}`),
    },
    begun?.reading,
  );
}

/** What is asked of each task. */
function chooseQuestion({ host, wanted: { commandLines, cgroups } }: Pick<Inputs, 'host' | 'wanted'>) {
  return {
    links: namespaceLinks.filter((link) => hasLink(host, link)),
    files: [...(commandLines === 'all' ? ['cmdline'] : []), ...(cgroups ? ['cgroup'] : [])],
  };
}

/** All processes, where their reading began before the verb was loaded; undefined where it asks less, or else. */
export function takeEarlyTasks(inputs: Pick<Inputs, 'host' | 'wanted'>): TaskScan | undefined {
  const { links, files } = chooseQuestion(inputs);
  return takeTaskScan(links.length === namespaceLinks.length && files.length === 0);
}

/** A link that nscope's own process lacks is one that this kernel does not have. */
function hasLink({ vantage }: Inputs['host'], link: NamespaceLink): boolean {
  const own = vantage.namespaces[link];
  return isKnown(own) || own.unknown !== 'unsupported';
}

interface RefusedLink {
  readonly link: NamespaceLink;
  readonly errno: number;
}

function findRefused(links: readonly NamespaceLink[], numbers: readonly number[]): RefusedLink | undefined {
  const index = numbers.findIndex((number) => number < 0 && !isEnding(-number));
  const link = links[index];
  return link && { link, errno: -(numbers[index] as number) };
}

/** In one piece, in the order of namespaceLinks: a listing may make thousands. */
function makeSet(links: readonly NamespaceLink[], numbers: readonly number[]): NamespaceInodes {
  const read = (link: NamespaceLink): Known<number> => {
    const number = numbers[links.indexOf(link)];
    if (number === undefined) return missingLink;
    return number >= 0 ? number : unknownFromErrno(nameErrno(-number));
  };
  return Object.freeze({
    cgroup: read('cgroup'),
    ipc: read('ipc'),
    mnt: read('mnt'),
    net: read('net'),
    pid: read('pid'),
    time: read('time'),
    user: read('user'),
    uts: read('uts'),
    pid_for_children: read('pid_for_children'),
    time_for_children: read('time_for_children'),
  });
}

const missingLink = Object.freeze({ unknown: 'unsupported', detail: 'this kernel has no such link' } as const);

function countRefusal(report: Report, what: string, errno: number, example: string): void {
  if (!isEnding(errno)) report.refused(what, nameErrno(errno), example);
}

/** A process that is gone, or a zombie whose namespaces are released already, is no refusal. */
function isEnding(errno: number): boolean {
  const name = nameErrno(errno);
  return name === 'ENOENT' || name === 'ESRCH';
}

/**
 * Whether what was read of a PID later belongs to the same process: it started at the same tick. Without it a number that
 * is used again would lend a process the words of another.
 * @param statBytes - its stat file, read last through the descriptor through which the rest was read
 */
export function isSameProcess(
  fact: Pick<ProcessFact, 'startTimeTicks'>,
  statBytes: Buffer | number | undefined,
): boolean {
  return statBytes instanceof Buffer && parseStartTime(statBytes) === fact.startTimeTicks;
}

export function toCommandLine(bytes: Buffer | number | undefined): Known<readonly string[]> {
  if (bytes === undefined) return notAsked;
  if (typeof bytes === 'number') return unknownFromErrno(nameErrno(-bytes));
  const words = parseCmdline(bytes);
  if (bytes.length === longestCommandLineBytes) words.push(cutSign);
  return Object.freeze(words);
}

function toText(bytes: Buffer | number | undefined, parse: (text: string) => string): Known<string> {
  if (bytes === undefined) return notAsked;
  return typeof bytes === 'number' ? unknownFromErrno(nameErrno(-bytes)) : parse(parseText(bytes));
}
