// Two snapshots of one set of processes that stands still, one taken with BPF and one without: where do they differ?
import { isDeepStrictEqual } from 'node:util';
import { keptKinds, shownByBpfAlone } from '../../src/model/snapshot/holder-kinds.ts';
import { isKnown } from '../../src/model/snapshot/known.ts';
import { formatNamespace } from '../../src/model/snapshot/namespace-types.ts';
import type { Holder, HolderCounts, Namespace, Process, Snapshot } from '../../src/model/snapshot/schema.ts';
import { isLinuxSince } from '../kernels/release.ts';

/** What was compared. Tasks are processes and threads that are elsewhere than their leader. */
export interface Parity {
  readonly tasks: number;
  readonly namespaces: number;
  /** What only the snapshot with BPF has. */
  readonly byBpfAlone: readonly Namespace[];
  /** Sentences. */
  readonly differences: readonly string[];
  /** How often each difference occurred that may be, by the reason. */
  readonly explained: ReadonlyMap<string, number>;
}

export interface Subject {
  /** Whether a process is one of those that stand still. */
  readonly holdsStill: (pid: number) => boolean;
  /** Whether nothing but these processes can change what is told of a namespace. */
  readonly isTheirs: (namespace: Namespace) => boolean;
}

/** The fields of a namespace that come from a descriptor of it. */
const askedOfDescriptor: readonly string[] = ['dev', 'id', 'owner', 'ownerUid'];

/** The kinds that the snapshot without BPF lacks, or of which it knows fewer. */
const bpfKinds: ReadonlySet<string> = new Set([
  ...shownByBpfAlone,
  ...keptKinds,
  'process-mount',
  'file-system',
  'kernel',
]);

export function compareSnapshots(bpf: Snapshot, proc: Snapshot, { holdsStill, isTheirs }: Subject): Parity {
  const comparison = new Comparison();
  const byBpfAlone: Namespace[] = [];
  const tasks = pair(
    bpf.processes.filter(({ pid }) => holdsStill(pid)),
    proc.processes.filter(({ pid }) => holdsStill(pid)),
    ({ pid, tid, startTimeTicks }) => `task ${pid}/${tid} of ${startTimeTicks}`,
  );
  for (const { name, left, right } of tasks)
    if (left && right) comparison.compare(name, left, right, explainTask);
    else comparison.differ(`${name} is told ${left ? 'with' : 'without'} BPF alone`);
  const namespaces = pair(bpf.namespaces.filter(isTheirs), proc.namespaces.filter(isTheirs), ({ type, inode }) =>
    formatNamespace(type, inode),
  );
  for (const { name, left, right } of namespaces)
    if (left && right)
      comparison.compare(
        name,
        comparable(left, holdsStill),
        comparable(right, holdsStill),
        explainNamespace(left, isOpenElsewhere(right, holdsStill)),
      );
    else if (left) byBpfAlone.push(left);
    else comparison.differ(`${name} is told without BPF alone`);
  // What they hold of the others' namespaces.
  const held = pair(holdersAmong(bpf, holdsStill), holdersAmong(proc, holdsStill), ({ key }) => key);
  for (const { name, left, right } of held)
    if (left?.ofThread && !right && !isLinuxSince(6, 9))
      comparison.explain('before Linux 6.9 pidfds do not reach the descriptors of a thread');
    else if (!left || !right) comparison.differ(`${name} is told ${left ? 'with' : 'without'} BPF alone`);
  return {
    tasks: tasks.filter(({ left, right }) => left && right).length,
    namespaces: namespaces.filter(({ left, right }) => left && right).length,
    byBpfAlone,
    differences: comparison.differences,
    explained: comparison.explained,
  };
}

interface HeldThing {
  readonly key: string;
  /** A socket in the table of a thread that has one of its own. */
  readonly ofThread: boolean;
}

/** Those of the kinds that both can see, in namespaces that both have. */
function holdersAmong({ namespaces }: Snapshot, holdsStill: Subject['holdsStill']): HeldThing[] {
  return namespaces.flatMap((namespace) => {
    if (namespace.processes.count === 0) return [];
    const name = formatNamespace(namespace.type, namespace.inode);
    return comparable(namespace, holdsStill)
      .holders.filter((holder) => 'pid' in holder)
      .map((holder) => ({
        key: `${name}, held by ${JSON.stringify(Object.entries(holder).sort())}`,
        ofThread: 'tid' in holder && holder.kind !== 'fd',
      }));
  });
}

interface Pair<T> {
  readonly name: string;
  readonly left: T | undefined;
  readonly right: T | undefined;
}

function pair<T>(left: readonly T[], right: readonly T[], nameOf: (one: T) => string): Pair<T>[] {
  const [byLeft, byRight] = [left, right].map((list) => new Map(list.map((one) => [nameOf(one), one])));
  const names = new Set([...(byLeft?.keys() ?? []), ...(byRight?.keys() ?? [])]);
  return [...names].map((name) => ({ name, left: byLeft?.get(name), right: byRight?.get(name) }));
}

/** Why a field may differ; undefined when it may not. */
type Explain<T> = (field: string, left: T, right: T) => string | undefined;

class Comparison {
  readonly differences: string[] = [];
  readonly explained = new Map<string, number>();

  differ(sentence: string): void {
    this.differences.push(sentence);
  }

  compare<T extends object>(name: string, left: T, right: T, explain: Explain<T>): void {
    for (const field of new Set([...Object.keys(left), ...Object.keys(right)])) {
      const [one, other] = [Reflect.get(left, field), Reflect.get(right, field)] as unknown[];
      if (isDeepStrictEqual(one, other)) continue;
      const reason = explain(field, left, right);
      if (reason === undefined)
        this.differ(`${field} of ${name} with BPF ${JSON.stringify(one)}, without ${JSON.stringify(other)}`);
      else this.explain(reason);
    }
  }

  explain(reason: string): void {
    this.explained.set(reason, (this.explained.get(reason) ?? 0) + 1);
  }
}

/** Of a task every field is the same, but for one link that /proc lacks. */
function explainTask(field: string, left: Process, right: Process): string | undefined {
  if (field !== 'namespaces') return undefined;
  const { pid_for_children: shown, ...others } = left.namespaces;
  const { pid_for_children: hidden, ...same } = right.namespaces;
  const isUnborn = isKnown(shown) && !isKnown(hidden) && hidden.errno === 'ENOENT';
  return isUnborn && isDeepStrictEqual(others, same) ? noLinkYet : undefined;
}

const noLinkYet = 'up to Linux 7.0 /proc has no pid_for_children before the first child';

/** listns(2) tells of the namespace, and only BPF of the task whose children will be born there. */
function isUnbornUnseen(left: Namespace, right: Namespace): boolean {
  if (left.type !== 'pid' || isLinuxSince(7, 1) || right.processes.forChildren > 0) return false;
  const { 'for-children': tasks, ...others } = left.holderCounts;
  const same = { ...left.processes, forChildren: 0 };
  return tasks === 1 && isDeepStrictEqual(same, right.processes) && isDeepStrictEqual(others, right.holderCounts);
}

/** Whether it agrees with the init and the processes that both ways show. */
function isStageTrue({ stage, init, processes }: Namespace): boolean {
  if (stage === 'alive') return init !== null;
  return init === null && (stage === 'dead' || processes.count === 0);
}

/** Whether somebody who does not stand still had a descriptor of it, which may be closed before nscope goes through it. */
function isOpenElsewhere({ holders }: Namespace, holdsStill: Subject['holdsStill']): boolean {
  return holders.some((holder) => holder.kind === 'fd' && !holdsStill(holder.pid));
}

function explainNamespace(whole: Namespace, isOpenElsewhere: boolean): Explain<Namespace> {
  return (field, left, right) => {
    const value = Reflect.get(right, field) as unknown;
    if (isOpenElsewhere && byDescriptor.includes(field) && isUnreached(value))
      return 'a descriptor of somebody else led to it, and was closed meanwhile';
    if (askedOfDescriptor.includes(field) && isNotAsked(value) && whole.type === 'mnt' && !isLinuxSince(6, 18))
      return 'a mount namespace that only the walk of them came by is opened again by a handle, from Linux 6.18 on';
    if (['processes', 'holderCounts'].includes(field) && isUnbornUnseen(left, right)) return noLinkYet;
    if (field === 'stage' && value === undefined && isStageTrue(left))
      return 'whether a pid namespace takes processes is told with BPF alone';
    if (field === 'id' && isNotAsked(whole.id) && !isLinuxSince(6, 18) && isHeldBySocketsAlone(whole))
      return 'a network namespace that sockets alone hold is opened through them without BPF alone, to be asked for its id';
    if (
      field === 'openSince' &&
      value === undefined &&
      Object.keys(whole.holderCounts).some((kind) => bpfKinds.has(kind))
    )
      return 'what only BPF shows keeps it open';
    if (field === 'openSince' && value === undefined && whole.holders.some(isDetached))
      return 'only BPF shows detached mounts';
    if (field === 'holderCounts' && hasMoreRelations(left.holderCounts, right.holderCounts))
      return 'a child or an owned namespace is told with BPF alone';
    return undefined;
  };
}

/** The same, and what a path leads to: gone, where that was a descriptor of somebody else. */
const byDescriptor: readonly string[] = [...askedOfDescriptor, 'netnsid', 'openSince'];

function isUnreached(value: unknown): boolean {
  return value === undefined || isNotAsked(value) || isDeepStrictEqual(value, { unknown: 'gone', errno: 'ENOENT' });
}

function isNotAsked(value: unknown): boolean {
  return isDeepStrictEqual(value, { unknown: 'not-asked' });
}

function isHeldBySocketsAlone({ type, holderCounts }: Namespace): boolean {
  return type === 'net' && Object.keys(holderCounts).every((kind) => kind === 'socket' || kind === 'tap');
}

function isDetached(holder: Holder): boolean {
  return holder.kind === 'bind-mount' && !isKnown(holder.mountNamespace);
}

/** The kinds that are counted here anew: a bystander that looks at a namespace has a descriptor of it for a moment. */
const ofProcesses: readonly string[] = ['fd', 'socket', 'tap'];

/** What both can see of its holders, those that come and go left out. */
function comparable(namespace: Namespace, holdsStill: Subject['holdsStill']): Namespace {
  const holders = namespace.holders.filter(
    (holder) => !bpfKinds.has(holder.kind) && !isDetached(holder) && ('pid' in holder ? holdsStill(holder.pid) : true),
  );
  const holderCounts: Record<string, number> = {};
  for (const [kind, count] of Object.entries(namespace.holderCounts))
    if (!bpfKinds.has(kind) && kind !== 'bind-mount' && !ofProcesses.includes(kind)) holderCounts[kind] = count;
  for (const { kind } of holders) holderCounts[kind] = (holderCounts[kind] ?? 0) + 1;
  return { ...namespace, holders, holderCounts };
}

function hasMoreRelations(left: HolderCounts, right: HolderCounts): boolean {
  const { child: children = 0, owned = 0, ...others } = left;
  const { child: fewerChildren = 0, owned: fewerOwned = 0, ...same } = right;
  return isDeepStrictEqual(others, same) && children >= fewerChildren && owned >= fewerOwned;
}
