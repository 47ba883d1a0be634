// One row of /proc for a process or a thread, as a fact.
import type { ProcEntry, ProcQuestion } from '../kernel/proc-table.ts';
import { nameErrno } from '../kernel/syscall-error.ts';
import type { NamespaceInodes, ProcessFact } from '../model/facts.ts';
import { isKnown, type Known, notAsked, unknownFromErrno } from '../model/known.ts';
import { type NamespaceLink, namespaceLinks } from '../model/namespace-types.ts';
import { parseCgroup } from '../parse/cgroup.ts';
import { isKernelThread, parseStartTime, parseStat } from '../parse/stat.ts';
import { parseCommandLine } from '../parse/text.ts';
import type { SourceContext } from './source.ts';

/** Command lines may be megabytes; what is beyond this is cut, and the last word then ends with this sign. */
export const longestCommandLineBytes = 32_768;
const cutSign = '…';

/**
 * Reads the named directories of /proc ("812", "812/task/813") as tasks. One that ended before all was read is passed
 * over: a vanished process is normal. Links that are refused are counted and stay unknown with their reason.
 */
export function* readTasks(
  context: SourceContext,
  names: readonly string[],
  readTable: (question: ProcQuestion) => Iterable<ProcEntry>,
): Generator<ProcessFact> {
  const { commandLines, cgroups } = context.wanted;
  const links = namespaceLinks.filter((link) => hasLink(context, link));
  const files = ['stat', ...(commandLines === 'all' ? ['cmdline'] : []), ...(cgroups ? ['cgroup'] : [])];
  const toNamespaces = interner(context, links);
  for (const entry of readTable({
    names,
    links: links.map((link) => `ns/${link}`),
    files,
    maxFileBytes: longestCommandLineBytes,
  })) {
    context.asked();
    if (entry.errno !== 0) {
      countRefusal(context, 'the directory of a process', entry.errno, `/proc/${entry.name}`);
      continue;
    }
    const statBytes = entry.files[0];
    // The stat file is read last of all: where it can be read, the process was there when its links were read.
    if (!(statBytes instanceof Buffer) || statBytes.length === 0) continue;
    const stat = parseStat(statBytes);
    const slash = entry.name.indexOf('/');
    const pid = Number(slash < 0 ? entry.name : entry.name.slice(0, slash));
    const tid = slash < 0 ? pid : Number(entry.name.slice(slash + '/task/'.length));
    yield {
      fact: 'process',
      pid,
      tid,
      ppid: stat.ppid,
      state: stat.state,
      comm: stat.comm,
      startTimeTicks: stat.startTimeTicks,
      threads: stat.threads,
      uid: entry.uid,
      kernelThread: isKernelThread(stat),
      namespaces: toNamespaces(entry),
      commandLine: commandLines === 'all' ? toCommandLine(entry.files[1]) : notAsked,
      cgroup: cgroups ? toText(entry.files.at(-1), parseCgroup) : notAsked,
    };
  }
}

/** A link that nscope's own process lacks is one that this kernel does not have. */
function hasLink(context: SourceContext, link: NamespaceLink): boolean {
  const own = context.host.vantage.namespaces[link];
  return isKnown(own) || own.unknown !== 'unsupported';
}

/** Most processes share all their namespaces with others: equal sets are one frozen object. */
function interner(context: SourceContext, links: readonly NamespaceLink[]): (entry: ProcEntry) => NamespaceInodes {
  const sets = new Map<string, InternedSet>();
  let last: readonly number[] | undefined;
  let set: InternedSet | undefined;
  return (entry) => {
    if (!set || entry.links !== last) {
      last = entry.links;
      const key = last.join();
      set = sets.get(key) ?? makeSet(links, last);
      sets.set(key, set);
    }
    const { refused } = set;
    // Where one link is refused all are: one refusal for each task, not ten.
    if (refused) countRefusal(context, 'the namespace links', refused.errno, `/proc/${entry.name}/ns/${refused.link}`);
    return set.inodes;
  };
}

interface InternedSet {
  readonly inodes: NamespaceInodes;
  readonly refused: { readonly link: NamespaceLink; readonly errno: number } | undefined;
}

function makeSet(links: readonly NamespaceLink[], numbers: readonly number[]): InternedSet {
  let refused: InternedSet['refused'];
  const values = new Map<NamespaceLink, Known<number>>();
  links.forEach((link, i) => {
    const number = numbers[i] ?? -2;
    values.set(link, number >= 0 ? number : unknownFromErrno(nameErrno(-number)));
    if (number < 0 && !isEnding(-number)) refused ??= { link, errno: -number };
  });
  const inodes = Object.freeze(
    Object.fromEntries(namespaceLinks.map((link) => [link, values.get(link) ?? missingLink])),
  ) as NamespaceInodes;
  return { inodes, refused };
}

const missingLink = Object.freeze({ unknown: 'unsupported', detail: 'this kernel has no such link' } as const);

function countRefusal(context: SourceContext, what: string, errno: number, example: string): void {
  if (!isEnding(errno)) context.refused(what, nameErrno(errno), example);
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
  const words = parseCommandLine(bytes);
  if (bytes.length === longestCommandLineBytes) words.push(cutSign);
  return Object.freeze(words);
}

function toText(bytes: Buffer | number | undefined, parse: (text: string) => string): Known<string> {
  if (bytes === undefined) return notAsked;
  return typeof bytes === 'number' ? unknownFromErrno(nameErrno(-bytes)) : parse(bytes.toString('utf8'));
}
