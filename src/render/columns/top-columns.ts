// The columns of the live screen: of namespaces and of workloads.

import type { CreationRates } from '../../analysis/compare/creation-rates.ts';
import type { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { findTypesOf, findWorkloadsOf, type WorkloadGroup } from '../../analysis/listing/workloads.ts';
import { describeCommand, describeUser } from '../../analysis/release/command.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { formatNamespace, type NamespaceType } from '../../model/snapshot/namespace-types.ts';
import type { Namespace } from '../../model/snapshot/schema.ts';
import { formatWorkloads } from '../words/workload-names.ts';

/** What the live screen shows a line of. */
export type TopItem =
  | { readonly view: 'namespaces'; readonly namespace: Namespace }
  | { readonly view: 'workloads'; readonly group: WorkloadGroup };

export interface TopContext {
  readonly index: SnapshotIndex;
  readonly rates: CreationRates;
  readonly nowMs: number;
}

/** A column of fixed width; the last one of a view has what is left of the line. */
export interface TopColumn<Item> {
  /** What the key of the order shows, and the header. */
  readonly header: string;
  readonly width: number;
  readonly align?: 'right';
  /** On a narrow terminal it is left out, so that the last one has room. */
  readonly roomy?: true;
  /** Numbers are ordered from the largest on. */
  value(item: Item, context: TopContext): string | number;
  /** How it reads, where that is not the value; not yet escaped. */
  text?(item: Item, context: TopContext): string;
}

/** Other than by tasks: descriptors, sockets, mounts, children and so on. */
function countOtherHolders({ holderCounts }: Namespace): number {
  let sum = 0;
  for (const [kind, count] of Object.entries(holderCounts))
    if (kind !== 'process' && kind !== 'thread' && kind !== 'for-children') sum += count ?? 0;
  return sum;
}

export const topNamespaceColumns: readonly TopColumn<Namespace>[] = [
  { header: 'TYPE', width: 6, value: ({ type }) => type },
  { header: 'INODE', width: 10, align: 'right', value: ({ inode }) => inode, text: ({ inode }) => String(inode) },
  { header: 'PROCS', width: 6, align: 'right', value: ({ processes }) => processes.count },
  {
    header: 'NEW/S',
    roomy: true,
    width: 6,
    align: 'right',
    value: ({ inode }, { rates, nowMs }) => rates.byMembersPerSecond(inode, nowMs),
    text: ({ inode }, { rates, nowMs }) => formatRate(rates.byMembersPerSecond(inode, nowMs)),
  },
  { header: 'HELD', roomy: true, width: 5, align: 'right', value: countOtherHolders },
  { header: 'USER', roomy: true, width: 8, value: readUser },
  {
    header: 'PID',
    roomy: true,
    width: 7,
    align: 'right',
    value: ({ processes: { leader } }) => leader ?? -1,
    text: readLeader,
  },
  { header: 'WHAT', width: 0, value: describeNamespace },
];

export const topWorkloadColumns: readonly TopColumn<WorkloadGroup>[] = [
  { header: 'WORKLOAD', width: 26, value: ({ workload }) => formatWorkloads([workload]) },
  { header: 'KIND', roomy: true, width: 9, value: ({ workload }) => workload.kind },
  { header: 'PROCS', width: 6, align: 'right', value: ({ processes }) => processes.length },
  {
    header: 'NEW/S',
    roomy: true,
    width: 6,
    align: 'right',
    value: readRate,
    text: (group, context) => formatRate(readRate(group, context)),
  },
  {
    header: 'HELD',
    roomy: true,
    width: 5,
    align: 'right',
    value: ({ namespaces }) => namespaces.reduce((sum, one) => sum + countOtherHolders(one), 0),
  },
  { header: 'PID', width: 7, align: 'right', value: ({ workload }) => workload.leader ?? -1, text: readWorkloadLeader },
  {
    header: 'NAMESPACES',
    width: 0,
    value: ({ workload }, { index }) => [...findTypesOf(workload, index).keys()].join(' ') || '-',
  },
];

/** What it is for a person: whose it is, its names, and how its leader was called. */
function describeNamespace(namespace: Namespace, { index }: TopContext): string {
  const workloads = findWorkloadsOf(namespace, index);
  const { leader } = namespace.processes;
  const process = leader === null ? undefined : index.process(leader);
  const words = [
    ...(workloads.length > 0 ? [formatWorkloads(workloads)] : []),
    ...namespace.names.map(({ name }) => name),
    ...(process ? [describeCommand(process)] : []),
  ];
  return words.join('  ') || '-';
}

function readUser({ processes: { leader }, ownerUid }: Namespace, { index }: TopContext): string {
  const process = leader === null ? undefined : index.process(leader);
  const uid = process?.uid ?? (isKnown(ownerUid) ? ownerUid : undefined);
  return uid === undefined ? '?' : describeUser(index.snapshot.host.users, uid);
}

function readLeader({ processes: { leader } }: Namespace): string {
  return String(leader ?? '-');
}

function readWorkloadLeader({ workload: { leader } }: WorkloadGroup): string {
  return String(leader ?? '-');
}

/** Of the namespaces that are its own, or shared with few, the busiest. */
function readRate({ namespaces }: WorkloadGroup, { rates, nowMs }: TopContext): number {
  return Math.max(0, ...namespaces.map(({ inode }) => rates.byMembersPerSecond(inode, nowMs)));
}

/** Nothing where nothing is made, so that the eye finds what is. */
export function formatRate(perSecond: number): string {
  if (perSecond === 0) return '-';
  return perSecond < 100 ? perSecond.toFixed(1) : String(Math.round(perSecond));
}

/** Tells a line from all others, also from a namespace that has the number of one that ended. */
export function keyOfItem(item: TopItem): string {
  if (item.view === 'workloads') return `${item.group.workload.engine}:${item.group.workload.id}`;
  const { type, inode, id } = item.namespace;
  return `${formatNamespace(type, inode)}${isKnown(id) ? id : ''}`;
}

/** Of a namespace its type, which has a colour. */
export function typeOfItem(item: TopItem): NamespaceType | undefined {
  return item.view === 'namespaces' ? item.namespace.type : undefined;
}
