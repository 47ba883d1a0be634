// Which findings are about what a test started: by its processes, their namespaces, and its paths.
import { type Finding, type Severity, type Subject, severities } from '../../src/analysis/findings/finding.ts';
import { isKnown } from '../../src/model/snapshot/known.ts';
import { namespaceTypes } from '../../src/model/snapshot/namespace-types.ts';
import type { Namespace, Process, Snapshot } from '../../src/model/snapshot/schema.ts';

/** Workloads of one kind that a test started. */
export interface StartedKind {
  readonly kind: string;
  readonly count: number;
  /** Paths and ids that stand in the command lines of its processes, or at the beginning of its names. */
  readonly marks: readonly string[];
  readonly pids?: readonly number[];
  /** Users who have no other processes. */
  readonly uids?: readonly number[];
  /** Marks of what is another kind's, though it runs under the same daemon. */
  readonly except?: readonly string[];
}

/** @param snapshot - in which the test's own process is, whose namespaces are nobody's */
export function chooseOwn(findings: readonly Finding[], kind: StartedKind, snapshot: Snapshot): Finding[] {
  const own = listOwn(kind, snapshot);
  const { marks, except = [] } = kind;
  const isOwn = (subject: Subject): boolean => {
    if (subject.kind === 'process') return own.has(`process ${subject.pid}`);
    if (subject.kind === 'namespace') return own.has(`${subject.type} ${subject.inode}`);
    if (subject.kind === 'user') return kind.uids?.includes(subject.uid) === true;
    const text = subject.kind === 'path' ? subject.path : subject.kind === 'workload' ? subject.id : '';
    return marks.some((mark) => text.includes(mark)) && !except.some((mark) => text.includes(mark));
  };
  return findings.filter(({ subjects }) => subjects.some(isOwn));
}

function listOwn({ marks, pids = [], uids = [], except = [] }: StartedKind, snapshot: Snapshot): ReadonlySet<string> {
  const processes = new Map(snapshot.processes.map((process) => [process.pid, process]));
  const has = (process: Process, words: readonly string[]): boolean => {
    const line = isKnown(process.commandLine) ? process.commandLine.join(' ') : '';
    return words.some((word) => line.includes(word));
  };
  const isBelow = (process: Process, is: (one: Process) => boolean): boolean => {
    for (let one: Process | undefined = process, step = 0; one && step < 100; step++, one = processes.get(one.ppid))
      if (is(one)) return true;
    return false;
  };
  const isRoot = (one: Process) => has(one, marks) || pids.includes(one.pid) || uids.includes(one.uid);
  const own = new Set<string>();
  const members = snapshot.processes.filter(
    (one) => one.pid !== process.pid && isBelow(one, isRoot) && !isBelow(one, (above) => has(above, except)),
  );
  const shared = processes.get(process.pid)?.namespaces;
  const spaces = new Map(snapshot.namespaces.map((one) => [`${one.type} ${one.inode}`, one]));
  const add = (type: Namespace['type'], inode: number): void => {
    const name = `${type} ${inode}`;
    const space = spaces.get(name);
    if (!space || own.has(name) || shared?.[type] === inode) return;
    own.add(name);
    const { owner, parent } = space;
    if (isKnown(owner) && owner !== null) add('user', owner);
    if (parent !== undefined && isKnown(parent) && parent !== null) add(type, parent);
  };
  for (const { pid, namespaces } of members) {
    own.add(`process ${pid}`);
    for (const type of namespaceTypes) {
      const inode = namespaces[type];
      if (isKnown(inode)) add(type, inode);
    }
  }
  for (const { type, inode, names } of snapshot.namespaces)
    if (names.some(({ path }) => marks.some((mark) => path.startsWith(mark)))) add(type, inode);
  return own;
}

/** Whether it has processes, so that nothing found means something. */
export function isSeen(kind: StartedKind, snapshot: Snapshot): boolean {
  return listOwn(kind, snapshot).size > 0;
}

export interface Counts {
  readonly bySeverity: Readonly<Record<Severity, number>>;
  /** In alphabetic order, each once. */
  readonly codes: readonly string[];
}

export function countFindings(findings: readonly Finding[]): Counts {
  const count = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length;
  return {
    bySeverity: Object.fromEntries(severities.map((severity) => [severity, count(severity)])) as Counts['bySeverity'],
    codes: [...new Set(findings.map(({ code }) => code))].sort(),
  };
}
