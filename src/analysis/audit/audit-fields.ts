// What is known of a workload under audit, by name: the columns of the matrix, and what rules of a policy ask.
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import { type NamespaceType, namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import type { FilterField, FilterValue } from '../listing/filter.ts';
import { nameWorkload } from '../listing/workloads.ts';
import { describeUser } from '../release/command.ts';
import type { WorkloadAudit } from './audit-workloads.ts';
import type { MountFacts } from './workload-mounts.ts';
import type { Restrictions } from './workload-restrictions.ts';

/** A field of a workload. */
export interface AuditField extends FilterField {
  readonly header: string;
  readonly meaning: string;
  value(audit: WorkloadAudit): Known<FilterValue>;
}

/** By the types in the order in which people ask for them. */
export const matrixTypes: readonly NamespaceType[] = ['net', 'pid', 'ipc', 'uts', 'mnt', 'user', 'cgroup', 'time'];

/** `netns` for net, as in the columns of ps; `timens` for time. */
export function nameTypeField(type: NamespaceType): string {
  return `${type}ns`;
}

const usualCapabilities = new Set([
  ...['CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_FOWNER', 'CAP_FSETID', 'CAP_KILL', 'CAP_SETGID', 'CAP_SETUID'],
  ...['CAP_SETPCAP', 'CAP_NET_BIND_SERVICE', 'CAP_NET_RAW', 'CAP_SYS_CHROOT', 'CAP_MKNOD', 'CAP_AUDIT_WRITE'],
  'CAP_SETFCAP',
]);

/** What it may have beyond what Docker gives a container that asks for nothing. */
export function listExtraCapabilities({ bounding }: Restrictions): readonly string[] {
  return bounding.filter((name) => !usualCapabilities.has(name));
}

function ofProcesses<T extends FilterValue>(read: (restrictions: Restrictions) => Known<T>) {
  return ({ restrictions }: WorkloadAudit) => (isKnown(restrictions) ? read(restrictions) : restrictions);
}

/** Where not all mounts were read, what was found is there, and what was not found may be. */
function ofMounts<T extends FilterValue>(read: (mounts: MountFacts) => Known<T>) {
  return ({ mounts }: WorkloadAudit): Known<T> => {
    if (!isKnown(mounts)) return mounts;
    const value = read(mounts);
    const isNone = value === false || value === 'none' || (Array.isArray(value) && value.length === 0);
    return isNone && mounts.cut !== undefined ? { unknown: 'unsupported', detail: mounts.cut } : value;
  };
}

export const auditFields: readonly AuditField[] = [
  {
    name: 'workload',
    header: 'WORKLOAD',
    meaning: 'engine and name, as in podman:web; ~ where a user could pretend it',
    kind: 'string',
    value: ({ workload }) => nameWorkload(workload),
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
    meaning: 'container, machine, sandbox or unit',
    kind: 'string',
    value: ({ workload }) => workload.kind,
  },
  {
    name: 'id',
    header: 'ID',
    meaning: 'what its engine tells it apart by',
    kind: 'string',
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
    name: 'owner',
    header: 'OWNER',
    meaning: 'the user of its leader',
    kind: 'string',
    value: ({ workload: { leader }, index }) => {
      const process = leader === null ? undefined : index.process(leader);
      return process ? describeUser(index.snapshot.host.users, process.uid) : null;
    },
  },
  {
    name: 'leader',
    header: 'LEADER',
    meaning: 'PID of its init, else of its oldest process',
    kind: 'int',
    value: ({ workload }) => workload.leader,
  },
  {
    name: 'processes',
    header: 'PROCS',
    meaning: 'how many processes are in it',
    kind: 'int',
    value: ({ workload }) => workload.pids.length,
  },
  {
    name: 'image',
    header: 'IMAGE',
    meaning: 'the image that it was made from',
    kind: 'string',
    value: ({ workload }) => workload.image ?? null,
  },
  {
    name: 'pod',
    header: 'POD',
    meaning: 'its pod or compose project',
    kind: 'string',
    value: ({ workload }) => workload.pod ?? workload.project ?? null,
  },
  ...matrixTypes.map(
    (type): AuditField => ({
      name: nameTypeField(type),
      header: type.toUpperCase(),
      meaning: `its ${type} namespaces: own, host, shared (with other workloads), partly (some processes in the host's); ~ where inferred`,
      kind: 'string',
      value: ({ places }) => places[type].verdict,
    }),
  ),
  {
    name: 'sharedWith',
    header: 'SHARED WITH',
    meaning: 'the workloads that are in the same namespaces, which are not those of the host',
    kind: 'list',
    value: ({ places }) => [
      ...new Set(namespaceTypes.flatMap((type) => places[type].sharedWith.map((one) => nameWorkload(one)))),
    ],
  },
  {
    name: 'capabilities',
    header: 'CAPS',
    meaning: 'the capabilities that some process of it has now, in its user namespace',
    kind: 'list',
    value: ofProcesses(({ effective }) => [...effective]),
  },
  {
    name: 'bounding',
    header: 'BOUNDING',
    meaning: 'the capabilities that some process of it can ever have',
    kind: 'list',
    value: ofProcesses(({ bounding }) => [...bounding]),
  },
  {
    name: 'extraCapabilities',
    header: 'EXTRA CAPS',
    meaning: 'those of them that Docker does not give a container that asks for nothing',
    kind: 'list',
    value: ofProcesses((restrictions) => [...listExtraCapabilities(restrictions)]),
  },
  {
    name: 'seccomp',
    header: 'SECCOMP',
    meaning: 'filter, strict, or off where a process of it has no filter',
    kind: 'string',
    value: ofProcesses(({ seccomp }) => seccomp),
  },
  {
    name: 'noNewPrivs',
    header: 'NNP',
    meaning: 'whether none of its processes gains privileges by executing a program: no_new_privs',
    kind: 'bool',
    value: ofProcesses(({ noNewPrivs }) => noNewPrivs),
  },
  {
    name: 'label',
    header: 'LABEL',
    meaning: 'of AppArmor or SELinux',
    kind: 'string',
    value: ofProcesses(({ label }) => label),
  },
  {
    name: 'mapsRoot',
    header: 'MAPS ROOT',
    meaning: "whether uid 0 of the host is a user of its user namespace: always, where that is the host's",
    kind: 'bool',
    value: ({ mapsRoot }) => mapsRoot,
  },
  {
    name: 'runsAsRoot',
    header: 'ROOT',
    meaning: 'whether a process of it runs as uid 0 of the host',
    kind: 'bool',
    value: ({ runsAsRoot }) => runsAsRoot,
  },
  {
    name: 'proc',
    header: 'PROC',
    meaning: "masked, partly, bare, host (the host's files) or none: whether /proc/sys and the like are covered",
    kind: 'string',
    value: ofMounts(({ proc }) => proc),
  },
  {
    name: 'exposedProc',
    header: 'EXPOSED PROC',
    meaning: 'where settings of the kernel can be reached, as /proc/sys',
    kind: 'list',
    value: ofMounts(({ exposedProc }) => [...exposedProc]),
  },
  {
    name: 'sys',
    header: 'SYS',
    meaning: 'read-only, writable, host or none',
    kind: 'string',
    value: ofMounts(({ sys }) => sys),
  },
  {
    name: 'hostRoot',
    header: 'HOST ROOT',
    meaning: 'whether its root directory is that of the host',
    kind: 'bool',
    value: ofMounts(({ hasHostRoot }) => hasHostRoot),
  },
  {
    name: 'hostMounts',
    header: 'HOST MOUNTS',
    meaning:
      'files and directories of the host that are mounted in it, as its paths; /x of 8:1 for what no path of the host leads to',
    kind: 'list',
    value: ofMounts(({ hostMounts }) => hostMounts.map(({ source }) => source)),
  },
  {
    name: 'sensitiveMounts',
    header: 'SENSITIVE MOUNTS',
    meaning: 'those of them that show or change the host as a whole, as / or /etc',
    kind: 'list',
    value: ofMounts(({ hostMounts }) => pick(hostMounts, 'sensitive')),
  },
  {
    name: 'engineSockets',
    header: 'ENGINE SOCKETS',
    meaning: 'those of them that are the socket of a container engine',
    kind: 'list',
    value: ofMounts(({ hostMounts }) => pick(hostMounts, 'engine-socket')),
  },
  {
    name: 'propagates',
    header: 'PROPAGATES',
    meaning: 'where what is mounted in it appears in other mount namespaces',
    kind: 'list',
    value: ofMounts(({ propagates }) => [...propagates]),
  },
];

function pick(mounts: MountFacts['hostMounts'], kind: MountFacts['hostMounts'][number]['kind']): string[] {
  return mounts.filter((one) => one.kind === kind).map(({ source }) => source);
}
