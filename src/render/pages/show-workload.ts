// The page about a workload: what it is, how that is known, who is in it, and which namespaces it has.

import type { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { describeClaimant, groupByWorkload, listWorkloads, nameWorkload } from '../../analysis/listing/workloads.ts';
import { describeCommand, describeUser } from '../../analysis/release/command.ts';
import { formatNamespace, namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import type { Workload, WorkloadEvidence } from '../../model/snapshot/schema.ts';
import { escapeText } from '../words/escape.ts';
import { alignRows, type Page, type PageItem } from './show-page.ts';

/** ps and --json tell the rest. */
const maxRows = 10;

export function describeWorkloadPage(workload: Workload, index: SnapshotIndex): Page {
  return {
    title: `${escapeText(nameWorkload(workload))}  ${workload.kind}`,
    sections: [
      describeSelf(workload, index),
      [{ label: 'namespaces', lines: describeNamespaces(workload, index), rows: true }],
      [{ label: 'processes', lines: describeProcesses(workload, index), rows: true }],
    ],
  };
}

function describeSelf(workload: Workload, index: SnapshotIndex): PageItem[] {
  const { id, image, pod, project, outer, labels, evidence } = workload;
  const item = (label: string, text: string | undefined): PageItem[] =>
    text === undefined ? [] : [{ label, lines: [escapeText(text)] }];
  const around = listWorkloads(index).find((one) => one.engine === outer?.engine && one.id === outer.id);
  return [
    ...item('id', id),
    ...item('image', image),
    ...item('pod', pod),
    ...item('project', project),
    ...item('inside of', around ? nameWorkload(around) : undefined),
    ...(labels
      ? [
          {
            label: 'labels',
            lines: Object.entries(labels).map((pair) => escapeText(pair.join('='))),
            maxLines: maxRows,
          },
        ]
      : []),
    { label: 'known by', lines: [...evidence.map(describeEvidence), ...describeDoubt(workload, index)] },
  ];
}

const grounds: Readonly<Record<WorkloadEvidence['by'], string>> = {
  cgroup: 'cgroup',
  'command-line': 'command line',
  namespaces: 'shared namespaces',
  name: 'name',
  state: 'what the engine keeps',
  socket: 'what the engine says',
};

function describeEvidence({ by, text }: WorkloadEvidence): string {
  return `${grounds[by]}: ${escapeText(text)}`;
}

function describeDoubt(workload: Workload, { snapshot }: SnapshotIndex): string[] {
  if (workload.certainty === 'certain') return [];
  const claimant = describeClaimant(workload, snapshot.host);
  const whose = claimant === undefined ? '' : `: it is what ${claimant} says`;
  return [`likely, as nothing that only the engine can write was read${escapeText(whose)}`];
}

function describeNamespaces({ namespaces }: Workload, index: SnapshotIndex): string[] {
  if (namespaces.length === 0) return ['none that is known: it has those of the host, or its links are refused'];
  const rows = namespaces.map(({ type, inode }) => {
    const others = (index.workloadsOf(type, inode) ?? []).length - 1;
    return [
      formatNamespace(type, inode),
      others > 0 ? `shared with ${others === 1 ? 'another' : `${others} others`}` : '',
    ];
  });
  const lacking = namespaceTypes.filter((type) => !namespaces.some((one) => one.type === type));
  return [...alignRows(rows), ...(lacking.length > 0 ? [`of the host, or not known: ${lacking.join(', ')}`] : [])];
}

function describeProcesses(workload: Workload, index: SnapshotIndex): string[] {
  const processes = groupByWorkload(index).find((group) => group.workload === workload)?.processes ?? [];
  if (processes.length === 0) return ['none'];
  const rows = processes
    .slice(0, maxRows)
    .map((process) => [
      String(process.pid),
      escapeText(describeUser(index.snapshot.host.users, process.uid)),
      escapeText(describeCommand(process)),
    ]);
  const rest = processes.length - maxRows;
  return [
    ...alignRows(rows, [0]),
    ...(rest > 0 ? [`… ${rest} more: nscope ps '${escapeText(nameWorkload(workload))}'`] : []),
  ];
}
