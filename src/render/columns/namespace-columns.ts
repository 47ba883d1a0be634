// The columns of a listing of namespaces.

import { nameUnnumbered } from '../../analysis/graph/inferred-places.ts';
import { judgePidNamespace } from '../../analysis/graph/pid-namespace-life.ts';
import { findWorkloadsOf, nameWorkload } from '../../analysis/listing/workloads.ts';
import { describeCommand } from '../../analysis/release/command.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { inferredMark } from '../words/inferred.ts';
import { formatWorkloads } from '../words/workload-names.ts';
import type { Column } from './columns.ts';
import {
  countInferred,
  countMembers,
  findPath,
  formatHolderCounts,
  formatMap,
  listHolderKinds,
  type NamespaceRow,
  pick,
  readUser,
} from './namespace-row.ts';

interface NamespaceColumn extends Column<NamespaceRow> {
  /** What must have been read for it that other columns do without. */
  readonly needs?: 'attributes' | 'holders';
}

export const namespaceColumns: readonly NamespaceColumn[] = [
  {
    name: 'type',
    header: 'TYPE',
    meaning: 'cgroup, ipc, mnt, net, pid, time, user or uts',
    kind: 'string',
    value: ({ namespace }) => namespace.type,
  },
  {
    name: 'inode',
    header: 'INODE',
    meaning: 'inode number, as in net:[4026531833]',
    kind: 'int',
    align: 'right',
    value: ({ namespace }) => namespace.inode,
    text: ({ namespace: { inode, number } }) =>
      isKnown(inode) ? String(inode) : number === undefined ? '?' : inferredMark + nameUnnumbered(number),
  },
  {
    name: 'id',
    header: 'ID',
    meaning: "the kernel's 64-bit id, never used again until the next boot",
    kind: 'string',
    align: 'right',
    value: ({ namespace }) => namespace.id,
  },
  {
    name: 'processes',
    header: 'PROCS',
    meaning:
      'how many processes are in it; ~ where it is inferred of some, whose links are refused; ? where none was seen and some could not be looked at',
    kind: 'int',
    align: 'right',
    yields: 3,
    value: ({ namespace }) => countMembers(namespace),
    text: ({ namespace }) => {
      const count = countMembers(namespace);
      return isKnown(count) ? `${countInferred(namespace) > 0 ? inferredMark : ''}${count}` : '?';
    },
  },
  {
    name: 'inferred',
    header: 'INFERRED',
    meaning: 'of how many of these processes it is inferred that they are in it',
    kind: 'int',
    align: 'right',
    value: ({ namespace }) => countInferred(namespace),
  },
  {
    name: 'threads',
    header: 'THREADS',
    meaning: 'how many threads are in it whose process is elsewhere',
    kind: 'int',
    align: 'right',
    value: ({ namespace }) => namespace.processes.threads,
  },
  {
    name: 'forChildren',
    header: 'CHILDREN',
    meaning: 'how many tasks have it for their children and are elsewhere themselves',
    kind: 'int',
    align: 'right',
    value: ({ namespace }) => namespace.processes.forChildren,
  },
  {
    name: 'pid',
    header: 'PID',
    meaning: 'its leader: the init of a pid namespace, else the oldest process',
    kind: 'int',
    align: 'right',
    yields: 4,
    value: ({ leader, namespace }) => leader?.tid ?? namespace.processes.leader,
    text: ({ leader, leaderInferred, namespace }) =>
      `${leaderInferred ? inferredMark : ''}${leader?.tid ?? namespace.processes.leader ?? '-'}`,
  },
  {
    name: 'ppid',
    header: 'PPID',
    meaning: "the leader's parent",
    kind: 'int',
    align: 'right',
    value: ({ leader }) => leader?.ppid ?? null,
  },
  {
    name: 'user',
    header: 'USER',
    meaning: 'the user of the leader; without one, the user who owns it',
    kind: 'string',
    cut: 'end',
    yields: 2,
    value: (row) => readUser(row),
  },
  {
    name: 'uid',
    header: 'UID',
    meaning: 'the effective uid of the leader',
    kind: 'int',
    align: 'right',
    value: ({ leader }) => leader?.uid ?? null,
  },
  {
    name: 'owner',
    header: 'OWNER',
    meaning: 'inode number of the user namespace that owns it',
    kind: 'int',
    align: 'right',
    yields: 1,
    value: ({ namespace }) => namespace.owner,
  },
  {
    name: 'ownerUid',
    header: 'OWNERUID',
    meaning: 'uid of whoever made the owning user namespace',
    kind: 'int',
    align: 'right',
    value: ({ namespace }) => namespace.ownerUid,
  },
  {
    name: 'parent',
    header: 'PARENT',
    meaning: 'inode number of its parent; pid and user namespaces alone have one',
    kind: 'int',
    align: 'right',
    value: ({ namespace }) => namespace.parent ?? null,
  },
  {
    name: 'level',
    header: 'LEVEL',
    meaning: 'depth below the initial one; pid and user namespaces',
    kind: 'int',
    align: 'right',
    value: ({ namespace }) => namespace.level ?? null,
  },
  {
    name: 'initial',
    header: 'INITIAL',
    meaning: "whether it is the boot's own",
    kind: 'bool',
    value: ({ namespace }) => namespace.initial,
  },
  {
    name: 'host',
    header: 'HOST',
    meaning: "whether the host's init is in it; ~ where that is inferred",
    kind: 'bool',
    value: ({ namespace }) =>
      isKnown(namespace.host) ? namespace.host : (namespace.hostInferred?.host ?? namespace.host),
    text: ({ namespace: { host, hostInferred } }) =>
      hostInferred ? `${inferredMark}${hostInferred.host ? 'yes' : 'no'}` : isKnown(host) ? (host ? 'yes' : 'no') : '?',
  },
  {
    name: 'name',
    header: 'NAME',
    meaning: 'names that lead to it: ip netns, bind mounts',
    kind: 'list',
    cut: 'middle',
    yields: 6,
    value: ({ namespace }) => namespace.names.map(({ name }) => name),
    text: ({ namespace }) => namespace.names.map(({ name }) => name).join(' ') || '-',
  },
  {
    name: 'workload',
    header: 'WORKLOAD',
    meaning:
      'containers, sandboxes, units and named networks that have it, as in podman:web; ~ where no engine confirms it',
    kind: 'list',
    cut: 'end',
    least: 24,
    value: ({ namespace, index }) => [...new Set(findWorkloadsOf(namespace, index).map(nameWorkload))],
    text: ({ namespace, index }) => formatWorkloads(findWorkloadsOf(namespace, index)),
  },
  {
    name: 'hostname',
    needs: 'attributes',
    header: 'HOSTNAME',
    meaning: 'the host name in a uts namespace',
    kind: 'string',
    cut: 'middle',
    value: ({ namespace }) => pick(namespace.uts, ({ nodename }) => nodename),
  },
  {
    name: 'uidMap',
    needs: 'attributes',
    header: 'UIDMAP',
    meaning: 'inside:outside:count of each mapping of a user namespace',
    kind: 'string',
    cut: 'end',
    value: ({ namespace }) => pick(namespace.uidMap, formatMap),
  },
  {
    name: 'gidMap',
    needs: 'attributes',
    header: 'GIDMAP',
    meaning: 'the same for groups',
    kind: 'string',
    cut: 'end',
    value: ({ namespace }) => pick(namespace.gidMap, formatMap),
  },
  {
    name: 'offsets',
    needs: 'attributes',
    header: 'OFFSETS',
    meaning: 'seconds that a time namespace adds to the monotonic and boot clocks',
    kind: 'string',
    value: ({ namespace }) =>
      pick(namespace.timeOffsets, ({ monotonic, boottime }) => `${monotonic.seconds},${boottime.seconds}`),
  },
  {
    name: 'state',
    needs: 'holders',
    header: 'STATE',
    meaning:
      'of a pid namespace: alive, unborn before its first process, dead after its init, no-init where nothing tells which of both, or unknown',
    kind: 'string',
    value: ({ namespace: { type, inode }, index }) => {
      const known = type === 'pid' && isKnown(inode) ? index.namespace(type, inode) : undefined;
      return known ? judgePidNamespace(known, index).state : null;
    },
  },
  {
    name: 'netnsid',
    needs: 'attributes',
    header: 'NETNSID',
    meaning: "the number that nscope's own network namespace has for it, as in ip netns list-id",
    kind: 'int',
    align: 'right',
    value: ({ namespace }) => namespace.netnsid ?? null,
  },
  {
    name: 'holders',
    needs: 'holders',
    header: 'HOLDERS',
    meaning: 'what keeps it alive: kinds, and how many of each',
    kind: 'list',
    cut: 'end',
    least: 16,
    value: ({ namespace }) => listHolderKinds(namespace),
    count: ({ namespace }) => Object.values(namespace.holderCounts).reduce((sum, count) => sum + (count ?? 0), 0),
    text: ({ namespace }) => formatHolderCounts(namespace),
  },
  {
    name: 'since',
    needs: 'holders',
    header: 'SINCE',
    meaning: 'since when a descriptor or bind mount has kept it open (UTC); it is at least that old',
    kind: 'string',
    yields: 2,
    value: ({ namespace }) => namespace.openSince ?? null,
    text: ({ namespace }) => namespace.openSince?.replace('T', ' ').slice(0, 19) ?? '-',
  },
  {
    name: 'path',
    header: 'PATH',
    meaning: 'a path by which it can be entered',
    kind: 'string',
    cut: 'middle',
    value: ({ namespace }) => findPath(namespace),
  },
  {
    name: 'command',
    header: 'COMMAND',
    meaning: 'how the leader was called',
    kind: 'string',
    cut: 'end',
    least: 12,
    yields: 5,
    value: ({ leader }) => (leader ? describeCommand(leader) : null),
  },
];
