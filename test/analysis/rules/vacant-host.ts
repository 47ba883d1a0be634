// A host with namespaces in which nothing runs: what the tests of rules on leaks look at.

import type { Rule } from '../../../src/analysis/findings/rule.ts';
import { runRules, type Verdicts } from '../../../src/analysis/findings/run-rules.ts';
import { buildSnapshot } from '../../../src/model/build/build-snapshot.ts';
import type { Fact } from '../../../src/model/facts/facts.ts';
import type { Conditions, Namespace, Snapshot, Workload } from '../../../src/model/snapshot/schema.ts';
import { hostFact, hostInodes, processFact } from '../../recorded-facts.ts';

/** The moment of the snapshot, and that of the boot. */
export const takenAt = '2026-01-02T12:00:00.000Z';
export const bootedAt = '2026-01-02T00:00:00.000Z';

/** Some seconds before the snapshot. */
export function ago(seconds: number): string {
  return new Date(Date.parse(takenAt) - seconds * 1000).toISOString();
}

/** One that root made, in which nothing is and which nothing holds. */
export function vacant(inode: number, others: Partial<Namespace> = {}): Namespace {
  return {
    type: 'net',
    inode,
    dev: 4,
    id: String(inode),
    initial: false,
    host: false,
    owner: hostInodes.user,
    ownerUid: 0,
    names: [],
    processes: { count: 0, threads: 0, forChildren: 0, leader: null },
    holders: [],
    holderCounts: {},
    ...others,
  };
}

/** A bind mount, in the host's mount namespace where no other is given. */
export function mountedOn(path: string, mountNamespace = hostInodes.mnt): Pick<Namespace, 'holders' | 'holderCounts'> {
  return { holders: [{ kind: 'bind-mount', path, mountNamespace }], holderCounts: { 'bind-mount': 1 } };
}

interface Host {
  readonly namespaces?: readonly Namespace[];
  readonly facts?: readonly Fact[];
  readonly workloads?: readonly Workload[];
  readonly conditions?: Conditions;
}

/** PID 1, nscope as 900 and what is given. */
export function hostOf({ namespaces = [], facts = [], workloads = [], conditions = {} }: Host): Snapshot {
  const snapshot = buildSnapshot([
    hostFact({ takenAt, bootedAt }),
    { fact: 'user-name', uid: 0, name: 'root' },
    processFact(1, ['/sbin/init']),
    processFact(900, ['nscope']),
    ...facts,
  ]);
  const own = new Set(namespaces.map(({ type, inode }) => `${type}${inode}`));
  const others = snapshot.namespaces.filter(({ type, inode }) => !own.has(`${type}${inode}`));
  const coverage = { ...snapshot.coverage, unseenHolders: [] };
  return { ...snapshot, namespaces: [...others, ...namespaces], workloads, conditions, coverage };
}

export function judge<Name extends keyof Conditions>(rule: Rule<Name>, snapshot: Snapshot): Verdicts {
  return runRules(snapshot, [rule as unknown as Rule<never>]);
}
