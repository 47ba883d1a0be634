// What is said of workloads whose names are not known, since what their engines keep is refused.
import { knownOr } from '../../model/snapshot/known.ts';
import type { Snapshot, Workload } from '../../model/snapshot/schema.ts';

/** Engines that call containers by 64 hexadecimal digits show the first twelve where there is no name. */
export function isUnnamed({ id, name }: Workload): boolean {
  return id.length === 64 && name === id.slice(0, 12);
}

const beginning = 'the names of ';
const lift = 'run as root of the host';

/** The same snapshot; its coverage tells how many names are wanting and which refusal was the first, where there is one. */
export function describeNameless(snapshot: Snapshot): Snapshot {
  const nameless = knownOr(snapshot.workloads, []).filter(isUnnamed).length;
  const refusal = snapshot.coverage.sources
    .filter(({ source }) => source === 'workloads' || source === 'engine-sockets')
    .flatMap(({ refusals }) => refusals)[0];
  const reasons = snapshot.coverage.reasons.filter((reason) => !reason.startsWith(beginning));
  const { lifts } = snapshot.coverage;
  if (nameless === 0 || !refusal) return { ...snapshot, coverage: { ...snapshot.coverage, reasons } };
  const of = nameless === 1 ? 'one workload' : `${nameless} workloads`;
  const why = `what the engines keep is refused (${refusal.errno}; the first: ${refusal.example})`;
  return Object.freeze({
    ...snapshot,
    coverage: Object.freeze({
      ...snapshot.coverage,
      reasons: Object.freeze([...reasons, `${beginning}${of}: ${why}`]),
      lifts: lifts.includes(lift) ? lifts : Object.freeze([...lifts, lift]),
    }),
  });
}
