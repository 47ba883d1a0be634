// The columns of a listing of workloads.

import type { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { findTypesOf, nameWorkload, type WorkloadGroup } from '../../analysis/listing/workloads.ts';
import { describeUser } from '../../analysis/release/command.ts';
import { inferredMark } from '../words/inferred.ts';
import { shortenTypes } from '../words/type-letters.ts';
import { formatWorkloads } from '../words/workload-names.ts';
import type { Column } from './columns.ts';

export interface WorkloadRow extends WorkloadGroup {
  readonly index: SnapshotIndex;
}

export const workloadColumns: readonly Column<WorkloadRow>[] = [
  {
    name: 'workload',
    header: 'WORKLOAD',
    meaning: 'engine and name, as in podman:web; ~ where a user could pretend it',
    kind: 'string',
    cut: 'middle',
    least: 24,
    value: ({ workload }) => nameWorkload(workload),
    text: ({ workload }) => formatWorkloads([workload]),
  },
  {
    name: 'engine',
    header: 'ENGINE',
    meaning: 'what runs it',
    kind: 'string',
    value: ({ workload }) => workload.engine,
  },
  {
    name: 'name',
    header: 'NAME',
    meaning: 'what people call it',
    kind: 'string',
    value: ({ workload }) => workload.name,
  },
  {
    name: 'kind',
    header: 'KIND',
    meaning: 'container, machine, sandbox, network or unit',
    kind: 'string',
    yields: 1,
    value: ({ workload }) => workload.kind,
  },
  {
    name: 'id',
    header: 'ID',
    meaning: 'what its engine tells it apart by; of a sandbox the PID of who made it',
    kind: 'string',
    cut: 'end',
    value: ({ workload }) => workload.id,
  },
  {
    name: 'certainty',
    header: 'CERTAINTY',
    meaning: 'certain where only root, or oneself, can have made it so, else likely',
    kind: 'string',
    value: ({ workload }) => workload.certainty,
  },
  {
    name: 'user',
    header: 'USER',
    meaning: 'the user of its leader',
    kind: 'string',
    cut: 'end',
    yields: 4,
    value: ({ workload: { leader }, index }) => {
      const process = leader === null ? undefined : index.process(leader);
      return process ? describeUser(index.snapshot.host.users, process.uid) : null;
    },
  },
  {
    name: 'processes',
    header: 'PROCS',
    meaning: 'how many processes are in it',
    kind: 'int',
    align: 'right',
    yields: 5,
    value: ({ workload }) => workload.pids.length,
  },
  {
    name: 'pid',
    header: 'PID',
    meaning: 'its leader: its init, else its oldest process',
    kind: 'int',
    align: 'right',
    yields: 6,
    value: ({ workload }) => workload.leader,
  },
  {
    name: 'types',
    header: 'NAMESPACES',
    meaning:
      'the types in which it has namespaces of its own, or shares some with other workloads; ~ where that is inferred; on a narrow terminal the letters of unshare(1)',
    kind: 'list',
    value: ({ workload, index }) => [...findTypesOf(workload, index).keys()],
    text: ({ workload, index }) =>
      [...findTypesOf(workload, index)].map(([type, isKnown]) => (isKnown ? '' : inferredMark) + type).join(' ') || '-',
    short: ({ workload, index }) =>
      shortenTypes([...findTypesOf(workload, index)].map(([type, isKnown]) => ({ type, inferred: !isKnown }))),
  },
  {
    name: 'image',
    header: 'IMAGE',
    meaning: 'the image that it was made from',
    kind: 'string',
    cut: 'middle',
    least: 16,
    yields: 3,
    value: ({ workload }) => workload.image ?? null,
  },
  {
    name: 'pod',
    header: 'POD',
    meaning: 'its pod or compose project',
    kind: 'string',
    cut: 'middle',
    yields: 2,
    value: ({ workload }) => workload.pod ?? workload.project ?? null,
  },
];
