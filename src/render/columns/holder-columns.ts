// The columns of a listing of holders.
import type { HeldBy } from '../../analysis/release/find-holders.ts';
import { holderKinds } from '../../model/snapshot/holder-kinds.ts';
import type { Namespace } from '../../model/snapshot/schema.ts';
import type { Column } from './columns.ts';

export interface HolderRow {
  readonly held: Namespace;
  readonly holder: HeldBy;
}

export const holderColumns: readonly Column<HolderRow>[] = [
  {
    name: 'holds',
    header: 'HOLDS',
    meaning: 'the namespace that is held',
    kind: 'string',
    value: ({ held }) => `${held.type}:[${held.inode}]`,
  },
  {
    name: 'kind',
    header: 'HOLDER',
    meaning: `one of ${holderKinds.join(', ')}`,
    kind: 'string',
    value: ({ holder }) => holder.kind,
  },
  {
    name: 'pid',
    header: 'PID',
    meaning: 'the process',
    kind: 'int',
    align: 'right',
    value: ({ holder }) => holder.pid ?? null,
  },
  {
    name: 'tid',
    header: 'TID',
    meaning: 'the thread',
    kind: 'int',
    align: 'right',
    value: ({ holder }) => holder.tid ?? null,
  },
  {
    name: 'fd',
    header: 'FD',
    meaning: 'the number of the descriptor',
    kind: 'int',
    align: 'right',
    yields: 3,
    value: ({ holder }) => holder.fd ?? null,
  },
  {
    name: 'socket',
    header: 'SOCKET',
    meaning: "the socket's inode number, as in socket:[5012]",
    kind: 'int',
    align: 'right',
    value: ({ holder }) => holder.socket ?? null,
  },
  {
    name: 'path',
    header: 'PATH',
    meaning: 'where it is mounted, seen from the root of its mount namespace',
    kind: 'string',
    cut: 'middle',
    least: 16,
    value: ({ holder }) => holder.path ?? null,
  },
  {
    name: 'in',
    header: 'NAMESPACE',
    meaning: 'the mount namespace of a mount; the child; what is owned',
    kind: 'string',
    yields: 2,
    value: ({ holder }) => holder.namespace ?? null,
  },
  {
    name: 'what',
    header: 'WHAT',
    meaning: 'the command of the process, or what it is',
    kind: 'string',
    cut: 'end',
    least: 16,
    value: ({ holder }) => holder.what,
  },
  {
    name: 'release',
    header: 'RELEASE',
    meaning: 'a command for a shell that releases it and keeps the others; none where none would',
    kind: 'string',
    yields: 1,
    value: ({ holder }) => holder.release ?? null,
  },
  {
    name: 'releaseNote',
    header: 'RELEASE NOTE',
    meaning: 'what must happen where there is no command; else what goes with it, or what to do where it does not work',
    kind: 'string',
    cut: 'end',
    value: ({ holder }) => holder.releaseNote ?? null,
  },
  {
    name: 'note',
    header: 'NOTE',
    meaning: 'what else there is to say, or what was ruled out',
    kind: 'string',
    cut: 'end',
    value: ({ holder }) => holder.note ?? null,
  },
];
