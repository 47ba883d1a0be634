// One row of /proc for a process or a thread, as a fact.
import type { ProcEntry, ProcQuestion } from '../kernel/proc-table.ts';
import { nameErrno } from '../kernel/syscall-error.ts';
import type { NamespaceInodes, ProcessFact } from '../model/facts.ts';
import { isKnown, type Known, notAsked, unknownFromErrno } from '../model/known.ts';
import { type NamespaceLink, namespaceLinks } from '../model/namespace-types.ts';
import { parseCgroup } from '../parse/cgroup.ts';
import { isKernelThread, parseStat } from '../parse/stat.ts';
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
    const [statBytes, ...rest] = entry.files;
    // The stat file is read last of all: where it can be read, the process was there when its links were read.
    if (!(statBytes instanceof Buffer) || statBytes.length === 0) continue;
    const stat = parseStat(statBytes);
    const [pid = stat.pid, tid = pid] = entry.name.split('/task/').map(Number);
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
      commandLine: commandLines === 'all' ? toCommandLine(rest.shift()) : notAsked,
      cgroup: cgroups ? toText(rest.shift(), parseCgroup) : notAsked,
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
  const sets = new Map<string, NamespaceInodes>();
  return (entry) => {
    // Where one link is refused all are: one refusal for each task, not ten.
    const refused = entry.links.findIndex((number) => number < 0 && !isEnding(-number));
    if (refused >= 0)
      countRefusal(
        context,
        'the namespace links',
        -(entry.links[refused] as number),
        `/proc/${entry.name}/ns/${links[refused]}`,
      );
    const key = entry.links.join();
    let set = sets.get(key);
    if (!set) {
      const values = new Map<NamespaceLink, Known<number>>(
        links.map((link, i) => {
          const number = entry.links[i] ?? -2;
          return [link, number >= 0 ? number : unknownFromErrno(nameErrno(-number))];
        }),
      );
      set = Object.freeze(
        Object.fromEntries(namespaceLinks.map((link) => [link, values.get(link) ?? missingLink])),
      ) as NamespaceInodes;
      sets.set(key, set);
    }
    return set;
  };
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
