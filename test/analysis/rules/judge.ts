// What a rule says of a host that is not this one, from facts, conditions and workloads.
import type { Finding } from '../../../src/analysis/findings/finding.ts';
import type { Rule } from '../../../src/analysis/findings/rule.ts';
import { runRules, type Verdicts } from '../../../src/analysis/findings/run-rules.ts';
import { buildSnapshot } from '../../../src/model/build/build-snapshot.ts';
import type { Fact, NamespaceFact, ProcessFact } from '../../../src/model/facts/facts.ts';
import type { NamespaceType } from '../../../src/model/snapshot/namespace-types.ts';
import type { Conditions, MountView, Workload } from '../../../src/model/snapshot/schema.ts';
import { hostFact, hostInodes, linksOf, processFact } from '../../recorded-facts.ts';

/** The host's init is PID 1; nscope is in the host's own namespaces, and all has been there for minutes. */
export function judge(
  rule: Rule<never>,
  facts: readonly Fact[],
  { conditions, workloads = [] }: { readonly conditions?: Conditions; readonly workloads?: readonly Workload[] } = {},
): Verdicts {
  const init = processFact(1, ['/sbin/init']);
  const snapshot = buildSnapshot([hostFact({ bootedAt: '2026-01-02T03:00:00.000Z' }), init, ...facts]);
  return runRules({ ...snapshot, workloads, ...(conditions && { conditions }) }, [rule]);
}

export function say({ findings }: Verdicts): string[] {
  return findings.map(({ severity, says }) => `${severity}: ${says}`);
}

export function listCommands({ fixes }: Finding): string[] {
  return fixes.flatMap(({ command }) => command ?? []);
}

/** A process of root in other namespaces than the host's. */
export function processIn(
  pid: number,
  inodes: Partial<Record<NamespaceType, number>>,
  others: Partial<ProcessFact> = {},
): ProcessFact {
  return processFact(pid, [`program${pid}`], { namespaces: linksOf(inodes), ...others });
}

/** A user namespace below the host's that maps so many ids from 0 on to those from `outside` on. */
export function userNamespace(
  inode: number,
  creatorUid: number,
  [outside, count, inside = 0]: readonly [outside: number, count: number, inside?: number] | readonly [] = [],
): NamespaceFact {
  const map = outside === undefined || count === undefined ? [] : [{ inside, outside, count }];
  const { user } = hostInodes;
  return { fact: 'namespace', type: 'user', inode, parent: user, owner: user, creatorUid, uidMap: map, gidMap: map };
}

export function mountView(inode: number, pid: number, others: Partial<MountView> = {}): MountView {
  return {
    ...{ inode, pid, count: 1, hostRoot: true, proc: [], sys: [], shared: [], receives: [], pins: [] },
    hostDirectories: [],
    ...others,
  };
}

export const hostView = (others: Partial<MountView> = {}) => mountView(hostInodes.mnt, 1, others);

export function workloadOf(id: string, others: Partial<Workload>): Workload {
  return {
    ...{ engine: 'docker', kind: 'container', id, name: id, certainty: 'certain', leader: null },
    ...{ pids: [], namespaces: [], evidence: [] },
    ...others,
  };
}
