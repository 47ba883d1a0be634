// What is said of workloads whose names are not known, since what their engines keep is refused.
import { asHostRoot, limits } from '../../model/facts/limits.ts';
import { knownOr } from '../../model/snapshot/known.ts';
import type { Snapshot, Workload } from '../../model/snapshot/schema.ts';

/** Engines that call containers by 64 hexadecimal digits show the first twelve where there is no name. */
export function isUnnamed({ id, name }: Workload): boolean {
  return id.length === 64 && name === id.slice(0, 12);
}

/** The same snapshot; its coverage tells how many names are wanting and which refusal was the first, where there is one. */
export function describeNameless(snapshot: Snapshot): Snapshot {
  const nameless = knownOr(snapshot.workloads, []).filter(isUnnamed).length;
  const refusal = snapshot.coverage.sources
    .filter(({ source }) => source === 'workloads' || source === 'engine-sockets')
    .flatMap(({ refusals }) => refusals)[0];
  const { lifts, limits: before = [] } = snapshot.coverage;
  const told = new Set(before.filter(({ code }) => code === 'workloads-nameless').map(({ reason }) => reason));
  const reasons = snapshot.coverage.reasons.filter((reason) => !told.has(reason));
  const others = before.filter(({ reason }) => !told.has(reason));
  if (nameless === 0 || !refusal) return { ...snapshot, coverage: { ...snapshot.coverage, reasons, limits: others } };
  const limit = Object.freeze(limits.workloadsNameless(nameless, refusal.errno, refusal.example));
  return Object.freeze({
    ...snapshot,
    coverage: Object.freeze({
      ...snapshot.coverage,
      reasons: Object.freeze([...reasons, limit.reason]),
      lifts: lifts.includes(asHostRoot) ? lifts : Object.freeze([...lifts, asHostRoot]),
      limits: Object.freeze([...others, limit]),
    }),
  });
}
