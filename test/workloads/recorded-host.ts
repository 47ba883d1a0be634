// A host with processes of engines, as a snapshot: what the tests of workloads look at.
import { buildSnapshot } from '../../src/model/build/build-snapshot.ts';
import type { Fact, NamespaceInodes } from '../../src/model/facts/facts.ts';
import { isKnown } from '../../src/model/snapshot/known.ts';
import type { Snapshot, Workload } from '../../src/model/snapshot/schema.ts';
import { findWorkloads } from '../../src/workloads/index.ts';
import { trusted, unknownAuthority, type Witness } from '../../src/workloads/signs/authority.ts';
import { hostFact, linksOf, processFact } from '../recorded-facts.ts';

export interface RecordedProcess {
  readonly pid: number;
  readonly ppid?: number;
  readonly words: readonly string[];
  readonly comm?: string;
  readonly cgroup?: string;
  readonly uid?: number;
  /** Its PIDs, where it is in a nested pid namespace. */
  readonly pids?: readonly number[];
  readonly namespaces?: NamespaceInodes;
  readonly state?: string;
  readonly kernelThread?: boolean;
}

/** Links into a mount and a net namespace of its own. */
export function ownLinks(number: number): NamespaceInodes {
  return linksOf({ mnt: 4026532000 + number, net: 4026533000 + number });
}

export function snapshotOf(processes: readonly RecordedProcess[], others: readonly Fact[] = []): Snapshot {
  return buildSnapshot([
    hostFact(),
    processFact(1, ['/sbin/init']),
    ...processes.flatMap(({ pid, words, pids, ...rest }): Fact[] => [
      processFact(pid, words, rest),
      ...(pids ? [{ fact: 'nested-pids' as const, pid, pids }] : []),
    ]),
    ...others,
  ]);
}

/** A host of which nothing can be asked any more: whose word the signs are is not known. */
export const nobodyKnows: Witness = {
  ofProcess: () => unknownAuthority,
  ofCgroup: () => unknownAuthority,
  isOfUser: () => true,
};

/** A host on which all signs are those of root's engines. */
export const rootSays: Witness = { ofProcess: () => trusted, ofCgroup: () => trusted, isOfUser: () => false };

/** The workloads of these processes; no file of an engine that runs here is of use, since the ids are invented. */
export function recognizeIn(
  processes: readonly RecordedProcess[],
  others: readonly Fact[] = [],
  witness = nobodyKnows,
): readonly Workload[] {
  return findWorkloads(snapshotOf(processes, others), witness).workloads;
}

/** A snapshot that holds its workloads. */
export function withWorkloads(
  processes: readonly RecordedProcess[],
  others: readonly Fact[] = [],
  witness = nobodyKnows,
): Snapshot {
  const snapshot = snapshotOf(processes, others);
  if (isKnown(snapshot.workloads)) throw new Error('the snapshot has workloads already');
  return { ...snapshot, workloads: findWorkloads(snapshot, witness).workloads };
}

/** "docker:0123…  201 202", each with its processes. */
export function summarize(workloads: readonly Workload[]): string[] {
  return workloads.map(({ engine, name, pids }) => `${engine}:${name} ${pids.join(' ')}`);
}

export const idA = 'a1'.repeat(32);
export const idB = 'b2'.repeat(32);
export const podId = 'cd'.repeat(32);
export const shortA = idA.slice(0, 12);
