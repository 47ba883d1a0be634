// Namespaces without a process that nobody reaches by a name: what keeps them was forgotten, as far as can be told. One
// that somebody named, as ip netns does, is idle and no leak.

import { isKnown } from '../../model/snapshot/known.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import type { Holder, Namespace } from '../../model/snapshot/schema.ts';
import { describeHolders, describeOrigin, measureAge, nameHoldersCommand } from '../findings/describe-namespace.ts';
import { findEnginePins } from '../findings/engine-pins.ts';
import type { Finding, Fix } from '../findings/finding.ts';
import type { Rule, RuleInput } from '../findings/rule.ts';
import { planUnpin } from '../findings/unpin.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';
import { judgeVacancy } from '../graph/vacancy.ts';

/** What is handed from process to process may wait so long in a queue. */
const queuedMs = 600_000;
/** A supervisor may keep a descriptor for a while, to enter again. */
const keptMs = 3_600_000;

export const namespaceLeaked: Rule<never> = {
  code: 'namespace-leaked',
  severity: 'warning',
  title: 'namespaces without a process that nothing seems to need',
  means:
    'It takes memory, counts against the limits of its user, and what is in it (links, mounts) stays as long as something holds it.',
  needs: ['workloads'],
  find(input, report) {
    let unsure = 0;
    let ageless = 0;
    for (const namespace of input.snapshot.namespaces) {
      const way = findWay(namespace, input.index);
      if (!way || findEnginePins(namespace).length > 0) continue;
      const vacancy = judgeVacancy(namespace, input.index);
      if (vacancy === 'inhabited') continue;
      const age = measureAge(namespace, input.takenAtMs);
      if (age !== undefined && age < way.fromMs) continue;
      if (vacancy === 'not-known') unsure++;
      else if (age === undefined && way.fromMs > 0) ageless++;
      else report.add(describe(namespace, way, age, input));
    }
    if (unsure > 0)
      report.undecided(`in ${unsure} namespaces without a visible process some may be that were not seen`);
    if (ageless > 0) report.undecided(`since when ${ageless} namespaces without a process are held is not known`);
  },
};

interface Way {
  readonly severity: Finding['severity'];
  /** It is no leak before it is so old. */
  readonly fromMs: number;
  readonly says: string;
  readonly fixes: (namespace: Namespace, index: SnapshotIndex) => readonly Fix[];
}

/**
 * How it is kept, where all that keeps it is of one kind; undefined where that is a name, another namespace, or something
 * that other rules look at. A mount is a name for those who are in its mount namespace.
 */
function findWay({ type, holders, holderCounts, names }: Namespace, index: SnapshotIndex): Way | undefined {
  if (names.length > 0 || holders.length === 0) return undefined;
  if (holderCounts.child !== undefined || holderCounts.owned !== undefined) return undefined;
  if (holders.every(({ kind }) => kind === 'in-flight')) return queued;
  if (holders.every((holder) => holder.kind === 'bind-mount' && isUnreachable(holder, index))) return unreachable;
  // What refers to the processes of a pid namespace, as a pidfd, refers to it by the way.
  return type !== 'pid' && holders.every(({ kind }) => kind === 'fd') ? kept : undefined;
}

function isUnreachable({ mountNamespace }: Extract<Holder, { kind: 'bind-mount' }>, index: SnapshotIndex): boolean {
  if (!isKnown(mountNamespace)) return false;
  const around = index.namespace('mnt', mountNamespace);
  return around !== undefined && judgeVacancy(around, index) === 'vacant';
}

const queued: Way = {
  severity: 'warning',
  fromMs: queuedMs,
  says: 'waits in the queue of a socket, and no process receives it',
  fixes: (namespace) => [
    {
      text: `the receiver must take it, or close the socket; ${nameHoldersCommand(namespace)} gives the command for each`,
    },
  ],
};

const unreachable: Way = {
  severity: 'warning',
  fromMs: 0,
  says: 'is mounted only in a mount namespace in which no process is any more',
  fixes: (namespace, index) =>
    namespace.holders.flatMap((holder) =>
      holder.kind === 'bind-mount' && isKnown(holder.path) && isKnown(holder.mountNamespace)
        ? [planUnpin({ path: holder.path, mountNamespace: holder.mountNamespace }, namespace, index)]
        : [],
    ),
};

const kept: Way = {
  severity: 'note',
  fromMs: keptMs,
  says: 'is kept by open descriptors alone; a program that means to enter it again looks the same',
  fixes: (namespace) => [
    {
      text: `where the program has forgotten it, it must close it or end; ${nameHoldersCommand(namespace)} gives the command for each`,
    },
  ],
};

function describe(
  namespace: Namespace,
  { severity, says, fixes }: Way,
  age: number | undefined,
  { index }: RuleInput<never>,
) {
  const { type, inode } = namespace;
  return {
    severity,
    subjects: [{ kind: 'namespace' as const, type, inode }],
    says: `${formatNamespace(type, inode)} has no process and ${says}`,
    seen: [...describeOrigin(namespace, index, age), ...describeHolders(namespace, index)],
    fixes: fixes(namespace, index),
  };
}
