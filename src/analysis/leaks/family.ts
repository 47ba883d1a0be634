// Which living processes are of a command: those below the process that started it, and those that events say descend
// from it.
import { isKnown } from '../../model/snapshot/known.ts';
import type { Process } from '../../model/snapshot/schema.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';
import type { Descent } from './descent.ts';
import type { Family } from './find-left.ts';

type Found = Map<number, 'descent' | 'cgroup'>;

/**
 * @param root - the process to which orphans come: it started the command
 * @param excluded - children of it that are not the command's
 */
export function findDescendants(
  index: SnapshotIndex,
  root: number,
  excluded: ReadonlySet<number>,
  descent?: Descent,
): Family['processes'] {
  const found: Found = new Map();
  const own = index.process(root);
  const ownWords = JSON.stringify(own?.commandLine);
  // A child that has executed nothing has the words of its parent: it is one that the last snapshot was taken with.
  const isOwnHelper = (child: Process) =>
    child.ppid === root && own !== undefined && JSON.stringify(child.commandLine) === ownWords;
  const visit = (pid: number): void => {
    for (const child of index.childrenOf(pid)) {
      if (excluded.has(child.pid) || found.has(child.pid) || isOwnHelper(child)) continue;
      found.set(child.pid, 'descent');
      visit(child.pid);
    }
  };
  visit(root);
  for (const process of index.snapshot.processes)
    if (process.tid === process.pid && !isOwnHelper(process) && descent?.has(process))
      found.set(process.pid, 'descent');
  return found;
}

/** A process as it is remembered from the beginning. */
export interface Remembered {
  readonly pid: number;
  readonly startTimeTicks: number;
}

/** Of the process that called nscope at the beginning: its ancestors, itself first, and its control group. */
export interface Caller {
  readonly line: readonly Remembered[];
  readonly cgroup: string | null;
}

export function describeCaller(index: SnapshotIndex): Caller {
  const line = listLine(index, index.process(index.snapshot.host.vantage.pid)?.ppid ?? 0);
  const [caller] = line;
  const cgroup = caller && isKnown(caller.cgroup) ? caller.cgroup : null;
  return { line: line.map(({ pid, startTimeTicks }) => ({ pid, startTimeTicks })), cgroup };
}

/** A process and its ancestors; PID 1 is everybody's, and not among them. */
function listLine(index: SnapshotIndex, pid: number): Process[] {
  const line: Process[] = [];
  for (let at = index.process(pid); at && at.pid > 1 && !line.includes(at); at = index.process(at.ppid)) line.push(at);
  return line;
}

/**
 * Between two calls of nscope no process of its own is there to which orphans come. Of the suite is what began meanwhile
 * and is below the nearest process that both calls came from, or in the control group of the caller, unless that is the
 * root of all.
 * @param before - the processes that were there
 */
export function findBegunSince(
  index: SnapshotIndex,
  { line, cgroup }: Caller,
  before: readonly Process[],
): Family['processes'] {
  const own = listLine(index, index.snapshot.host.vantage.pid);
  const isOld = new Set(before.map(nameOf));
  const begun = own.filter((process) => !isOld.has(nameOf(process)));
  const excluded = new Set([...own.map(({ pid }) => pid), ...listPipeline(index, begun)]);
  const common = own.find((process) => line.some((one) => nameOf(one) === nameOf(process)));
  const found: Found = new Map();
  const isBegun = (process: Process): boolean => !isOld.has(nameOf(process)) && !excluded.has(process.pid);
  const below = common ? findDescendants(index, common.pid, new Set()) : new Map();
  const isOwnGroup = cgroup !== null && !/^(?:\d+:[^:]*:)?\/?$/.test(cgroup);
  for (const process of index.snapshot.processes) {
    if (process.tid !== process.pid || !isBegun(process) || process.kernelThread) continue;
    if (below.has(process.pid)) found.set(process.pid, 'descent');
    else if (isOwnGroup && isKnown(process.cgroup) && process.cgroup === cgroup) found.set(process.pid, 'cgroup');
  }
  return found;
}

function nameOf({ pid, startTimeTicks }: Remembered): string {
  return `${pid} ${startTimeTicks}`;
}

/** The rest of the pipeline that nscope is in: what the parent started in the same moment, or after it, and what is below. */
function listPipeline(index: SnapshotIndex, line: readonly Process[]): readonly number[] {
  const siblings = line.flatMap((own) =>
    index.childrenOf(own.ppid).filter(({ startTimeTicks }) => startTimeTicks >= own.startTimeTicks - 1),
  );
  return siblings.flatMap(({ pid }) => [pid, ...findDescendants(index, pid, new Set()).keys()]);
}
