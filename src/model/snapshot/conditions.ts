// What verdicts need besides the graph: limits, ranges of ids, files of engines, views of mounts. Part of the schema.
import Type from 'typebox';
import { mountTableSchema } from './mount-schemas.ts';
import { type NamespaceType, namespaceTypes } from './namespace-types.ts';
import { networkSchema } from './network-schemas.ts';
import { inode, known, natural, strict, type } from './schema-parts.ts';

export const nameFileSchema = Type.Object(
  {
    path: Type.String(),
    leadsTo: Type.Union(
      [Type.Literal('namespace'), Type.Literal('file'), Type.Literal('directory'), Type.Literal('nothing')],
      { description: 'file, directory: what lies there is not a namespace. nothing: a link whose end is missing.' },
    ),
    namespace: Type.Optional(Type.Object({ type, inode }, strict)),
    link: Type.Optional(Type.String({ description: 'Of a symbolic link: where it leads by its own words.' })),
    changedAt: known(Type.String({ description: 'UTC, RFC 3339: st_ctime, of a link that of the link itself.' })),
    uid: known(natural),
  },
  { ...strict, description: 'An entry of a directory in which names of namespaces are kept, as /run/netns.' },
);

export const pidFileSchema = Type.Object(
  {
    path: Type.String(),
    engine: Type.String(),
    workload: Type.Optional(Type.String({ description: 'Of a container its id.' })),
    pid: known(Type.Integer({ minimum: 1, description: "As the file says, in the reader's pid namespace." })),
    writtenAt: known(Type.String({ description: 'UTC, RFC 3339: st_ctime.' })),
    uid: known(Type.Integer({ minimum: 0, description: 'Whose file it is: it is their word.' })),
    process: Type.Union(
      [Type.Literal('running'), Type.Literal('none'), Type.Literal('another'), Type.Literal('not-known')],
      { description: 'another: a process has this PID that is not the one that was meant.' },
    ),
    by: Type.Optional(
      Type.Union([Type.Literal('start-time'), Type.Literal('age-and-kind')], {
        description:
          'Of another: the file says when the process began, and this one began at another time; or it began after the file was written, and is not what the engine starts.',
      }),
    ),
    meant: Type.String({ description: 'Which process the engine means.' }),
    found: Type.Optional(Type.String({ description: 'What the process with this PID is called.' })),
    laterMs: Type.Optional(
      Type.Integer({ description: 'How long after the file was written the process with this PID began.' }),
    ),
  },
  { ...strict, description: 'A file in which an engine keeps the PID of a process, and who has that PID now.' },
);

export const subordinateRangeSchema = Type.Object(
  {
    file: Type.Union([Type.Literal('/etc/subuid'), Type.Literal('/etc/subgid')]),
    name: Type.String({ description: 'The user, by name or number, as the file has it.' }),
    uid: known(natural),
    first: natural,
    count: natural,
  },
  { ...strict, description: 'A range of ids that a user may map: subuid(5).' },
);

const optionalCount = Type.Optional(natural);

function byType<T extends typeof natural | typeof optionalCount>(value: T, description: string) {
  return Type.Object(Object.fromEntries(namespaceTypes.map((one) => [one, value])) as Record<NamespaceType, T>, {
    ...strict,
    description,
  });
}

export const namespaceAccountSchema = Type.Object(
  {
    uid: Type.Integer({ minimum: 0, description: "As the reader's user namespace has it." }),
    counts: byType(optionalCount, 'How many namespaces stand on this account; none of types that are absent.'),
    charged: Type.Optional(
      Type.Array(Type.Object({ type, inode }, strict), {
        description:
          'Those that this user made in this user namespace itself. The others stand on accounts of user namespaces below. Absent: not known, before Linux 6.18.',
      }),
    ),
  },
  { ...strict, description: "The kernel's own count of the namespaces of a user in a user namespace: struct ucounts." },
);

export const namespaceCountSchema = Type.Object(
  {
    userNamespace: inode,
    max: byType(natural, 'Its limits, user.max_net_namespaces and the like: namespaces(7).'),
    accounts: Type.Array(namespaceAccountSchema),
  },
  {
    ...strict,
    description: 'A user namespace in which the kernel counts, each user by himself up to the same limits.',
  },
);

export const taskLimitSchema = Type.Object(
  {
    what: Type.Union([Type.Literal('cgroup'), Type.Literal('pid-max'), Type.Literal('threads-max')]),
    path: Type.String({ description: 'The file that has the limit.' }),
    cgroup: Type.Optional(Type.String()),
    current: known(natural),
    max: natural,
    refused: Type.Optional(Type.Integer({ minimum: 0, description: 'How often a fork was refused: pids.events.' })),
  },
  { ...strict, description: 'A limit of how many tasks there may be, and how many there are.' },
);

const procMount = Type.Object(
  {
    path: Type.String(),
    pidNamespace: known(inode),
    readOnly: Type.Boolean(),
    covered: Type.Array(Type.String(), { description: 'Paths below it that other mounts cover.' }),
  },
  strict,
);

export const mountViewSchema = Type.Object(
  {
    inode,
    pid: Type.Integer({ minimum: 1, description: 'The process through which it was read.' }),
    count: Type.Integer({ minimum: 0, description: 'How many mounts it has; of those that were read, where cut.' }),
    cut: Type.Optional(Type.String({ description: 'Why there may be more than the lists below have.' })),
    hostRoot: Type.Boolean({
      description: "Whether its root directory is the host's: the same part of the same file system.",
    }),
    proc: Type.Array(procMount, {
      description: 'Where procfs is mounted, whole, and not hidden by a mount over it.',
    }),
    sys: Type.Array(Type.Object({ path: Type.String(), readOnly: Type.Boolean() }, strict), {
      description: 'Where sysfs is mounted, as with procfs.',
    }),
    shared: Type.Array(
      Type.Object(
        {
          path: Type.String(),
          peerGroup: natural,
          with: Type.Array(inode, {
            description: 'Other mount namespaces that have mounts of the same peer group, 20 at the most.',
          }),
        },
        strict,
      ),
      { description: 'Mounts from which new mounts propagate to other mount namespaces: mount_namespaces(7).' },
    ),
    receives: Type.Array(Type.Object({ path: Type.String(), peerGroup: natural, from: Type.Array(inode) }, strict), {
      description: 'Slaves: what is mounted on the master, in these mount namespaces, appears here.',
    }),
    pins: Type.Array(
      Type.Object(
        {
          path: Type.String(),
          type,
          inode,
          propagates: Type.Boolean({
            description: 'Whether the mount that it lies on is shared or a slave: an unmount elsewhere may reach it.',
          }),
          unbindable: Type.Boolean({
            description: 'Whether it, or a mount above it, is unbindable: recursive binds leave it out.',
          }),
          on: Type.Optional(
            Type.Object(
              { device: Type.String(), source: Type.String() },
              { ...strict, description: 'The file that it covers: the file system, and the path in its own tree.' },
            ),
          ),
        },
        strict,
      ),
      { description: 'Mounts of nsfs: each holds a namespace.' },
    ),
    hostDirectories: Type.Array(
      Type.Object(
        {
          path: Type.String(),
          source: Type.String(),
          hostPath: Type.Optional(
            Type.Union([Type.String(), Type.Null()], {
              description:
                'The path by which the host has it; null where it has the file system, and not this part of it.',
            }),
          ),
          device: Type.String(),
          readOnly: Type.Boolean(),
        },
        strict,
      ),
      {
        description:
          "Of a mount namespace that is not the host's: mounts of a file system that the host has mounted as well, where it is not the root; `source` is the path in that file system's own tree. Without procfs, sysfs, nsfs, mqueue and cgroupfs.",
      },
    ),
  },
  {
    ...strict,
    description:
      "What one mount namespace has mounted, as far as verdicts need it; each list has 200 entries at the most. The host's stands for nscope's own where the host's is not known.",
  },
);

export const securitySchema = Type.Object(
  {
    pid: natural,
    uids: Type.Array(natural, { description: 'Real, effective, saved and of file systems.' }),
    capabilities: Type.Object(
      {
        effective: Type.String({ description: 'Hexadecimal: capabilities(7).' }),
        permitted: Type.String(),
        bounding: Type.String(),
      },
      strict,
    ),
    noNewPrivs: known(Type.Boolean()),
    seccomp: known(Type.Integer({ minimum: 0, maximum: 2, description: '0 disabled, 1 strict, 2 filter.' })),
    label: known(Type.String({ description: 'Of SELinux or AppArmor.' })),
  },
  {
    ...strict,
    description:
      'What restricts a process besides its namespaces: of leaders of workloads, and of processes in namespaces that are not the initial ones.',
  },
);

export const linkListSchema = Type.Object(
  {
    inode,
    links: known(
      Type.Array(
        Type.Object(
          {
            name: Type.String(),
            kind: known(Type.String({ description: 'veth, bridge and the like; "" where it has none.' })),
            physical: known(Type.Boolean({ description: 'Whether a device of the machine is behind it.' })),
          },
          strict,
        ),
      ),
    ),
  },
  { ...strict, description: 'The network links of a network namespace.' },
);

export const zombieSchema = Type.Object(
  {
    pid: natural,
    startTimeTicks: Type.Integer({ minimum: 0, description: 'Since boot: field 22 of proc_pid_stat(5).' }),
    afterMs: Type.Integer({ minimum: 0, description: 'So much later it was still there: two looks, no age.' }),
  },
  {
    ...strict,
    description: 'A process that has ended and that its parent, which has several, did not wait for between two looks.',
  },
);

export const conditionsSchema = Type.Object(
  {
    nameFiles: Type.Optional(known(Type.Array(nameFileSchema))),
    pidFiles: Type.Optional(known(Type.Array(pidFileSchema))),
    subordinateRanges: Type.Optional(known(Type.Array(subordinateRangeSchema))),
    sysctls: Type.Optional(
      Type.Record(Type.String(), known(Type.String()), {
        description: 'By name, as user.max_net_namespaces: proc_sys(5).',
      }),
    ),
    namespaceCounts: Type.Optional(known(Type.Array(namespaceCountSchema))),
    taskLimits: Type.Optional(known(Type.Array(taskLimitSchema))),
    mountViews: Type.Optional(known(Type.Array(mountViewSchema))),
    securities: Type.Optional(known(Type.Array(securitySchema))),
    linkLists: Type.Optional(known(Type.Array(linkListSchema))),
    mounts: Type.Optional(known(Type.Array(mountTableSchema))),
    zombies: Type.Optional(known(Type.Array(zombieSchema))),
    networks: Type.Optional(known(Type.Array(networkSchema))),
  },
  { ...strict, description: 'What rules need besides namespaces, processes and workloads. Absent: was not asked for.' },
);
