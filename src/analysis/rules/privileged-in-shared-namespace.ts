// Processes of containers that keep capabilities over the host and share its namespaces: capabilities(7), namespaces(7).

import { findHostInode } from '../../model/derived/host-inode.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import type { NamespaceType } from '../../model/snapshot/namespace-types.ts';
import type { Process, Security, Workload } from '../../model/snapshot/schema.ts';
import type { Rule } from '../findings/rule.ts';
import { hasEntered } from '../graph/entered-processes.ts';

/** What a capability over the host does in a namespace that is the host's: include/uapi/linux/capability.h. */
const dangers: readonly { readonly name: string; readonly bit: bigint; readonly types: readonly NamespaceType[] }[] = [
  { name: 'CAP_SYS_ADMIN', bit: 21n, types: ['mnt', 'pid', 'net', 'ipc', 'uts', 'cgroup'] },
  { name: 'CAP_SYS_PTRACE', bit: 19n, types: ['pid'] },
  { name: 'CAP_SYS_MODULE', bit: 16n, types: ['net', 'pid', 'mnt'] },
  { name: 'CAP_NET_ADMIN', bit: 12n, types: ['net'] },
];

const shareable: readonly NamespaceType[] = ['net', 'pid', 'ipc', 'uts', 'cgroup', 'mnt'];

/** With these two a process with such capabilities is out of its container in one step. */
const open: ReadonlySet<NamespaceType> = new Set(['pid', 'mnt']);

interface Seen {
  readonly workload: Workload | undefined;
  readonly processes: Process[];
  readonly shared: Set<NamespaceType>;
  readonly names: Set<string>;
}

export const privilegedInSharedNamespace: Rule<'securities'> = {
  code: 'privileged-in-shared-namespace',
  severity: 'warning',
  title: 'containers with capabilities over the host that share its namespaces',
  means:
    'What such a process does in a namespace of the host, it does to the host. With the pid or mount namespace of the host and CAP_SYS_ADMIN or CAP_SYS_PTRACE it can become root outside.',
  needs: ['securities', 'workloads'],
  find({ snapshot, index, conditions }, report) {
    const hosts = new Map(shareable.map((type) => [type, findHostInode(snapshot, type)]));
    const hostUser = findHostInode(snapshot, 'user');
    const found = new Map<string, Seen>();
    for (const security of conditions.securities) {
      const process = index.process(security.pid);
      if (!process || process.kernelThread || process.namespaces.user !== hostUser) continue;
      const workload = index.workloadOf(process.pid);
      if (!isContained(process, workload, hosts)) continue;
      if (workload && hasEntered(process, workload, index)) continue;
      const shared = shareable.filter((type) => process.namespaces[type] === hosts.get(type));
      const names = listDangers(security, shared);
      if (names.length === 0) continue;
      const key = workload ? `${workload.engine} ${workload.id}` : `pid ${process.namespaces.pid}`;
      const seen = found.get(key) ?? { workload, processes: [], shared: new Set(), names: new Set() };
      seen.processes.push(process);
      for (const type of shared) seen.shared.add(type);
      for (const name of names) seen.names.add(name);
      found.set(key, seen);
    }
    for (const seen of found.values()) report.add(describe(seen));
  },
};

/** A container or machine; of what no engine made, a process in a pid namespace and a mount namespace of its own. */
function isContained(
  { namespaces: { pid, mnt } }: Process,
  workload: Workload | undefined,
  hosts: ReadonlyMap<NamespaceType, number | undefined>,
): boolean {
  if (workload) return workload.kind === 'container' || workload.kind === 'machine';
  return isKnown(pid) && isKnown(mnt) && pid !== hosts.get('pid') && mnt !== hosts.get('mnt');
}

function listDangers({ capabilities }: Security, shared: readonly NamespaceType[]): string[] {
  if (!/^[\da-f]{1,16}$/i.test(capabilities.effective)) return [];
  const effective = BigInt(`0x${capabilities.effective}`);
  // Every container on version 1 of control groups has the cgroup namespace of the host, which alone means nothing.
  const counted: readonly NamespaceType[] = shared.filter((type) => type !== 'cgroup');
  return dangers
    .filter(({ bit, types }) => (effective & (1n << bit)) !== 0n && types.some((type) => counted.includes(type)))
    .map(({ name }) => name);
}

function describe({ workload, processes, shared, names }: Seen) {
  const [first] = processes as [Process];
  const types = shareable.filter((type) => shared.has(type));
  const isOpen = types.some((type) => open.has(type)) && (names.has('CAP_SYS_ADMIN') || names.has('CAP_SYS_PTRACE'));
  const what = workload ? `${workload.engine}:${workload.name}` : `process ${first.pid} (${first.comm})`;
  const pids = processes.slice(0, 5).map(({ pid, comm }) => `${pid} (${comm})`);
  return {
    severity: isOpen ? ('warning' as const) : ('note' as const),
    subjects: [
      ...(workload ? [{ kind: 'workload' as const, engine: workload.engine, id: workload.id }] : []),
      ...processes.map(({ pid }) => ({ kind: 'process' as const, pid })),
    ],
    says: isOpen
      ? `${what} can take the host over: it has ${[...names].join(', ')} over the host and shares its ${types.join(', ')} namespaces`
      : `${what} has ${[...names].join(', ')} over the host and shares its ${types.join(', ')} ${types.length === 1 ? 'namespace' : 'namespaces'}`,
    seen: [
      `${processes.length === 1 ? 'process' : `${processes.length} processes:`} ${pids.join(', ')}${processes.length > pids.length ? ' and so on' : ''}`,
      'in the user namespace of the host, where capabilities count for all of it',
    ],
    fixes: [
      {
        text: `where that is not wanted, start it with namespaces of its own, without --privileged, and drop ${[...names].join(', ')}; or give it a user namespace`,
      },
    ],
  };
}
