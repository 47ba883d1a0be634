// What verdicts need besides the graph: limits, ranges of ids, files of engines, views of mounts. Part of the schema.
import Type from 'typebox';
import { type NamespaceType, namespaceTypes } from './namespace-types.ts';
import { decimal, inode, known, natural, strict, type } from './schema-parts.ts';

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

const mountIdRange = Type.Object(
  { inside: natural, outside: natural, count: natural },
  {
    ...strict,
    description: 'Ids of the file system from `inside` on are seen as those from `outside` on: mount_setattr(2).',
  },
);

export const mountSchema = Type.Object(
  {
    id: Type.Optional(decimal),
    oldId: Type.Integer({ minimum: 0, description: 'As mountinfo has it; used again after an unmount.' }),
    parent: Type.Optional(decimal),
    oldParent: Type.Integer({
      minimum: 0,
      description: 'The mount that it lies on. A root is its own parent, or has one outside of the table.',
    }),
    device: Type.String({ description: 'major:minor of st_dev.' }),
    root: Type.String({
      description:
        "Which directory or file of the file system is mounted, in the file system's own tree; of a namespace net:[4026532992].",
    }),
    mountPoint: Type.String({
      description: 'Seen from the root of the mount namespace; "" where that does not lead to it.',
    }),
    fsType: Type.String({ description: 'With its subtype, as fuse.sshfs.' }),
    source: Type.String({ description: 'What was given to mount(2): a device, or any word.' }),
    options: Type.Array(Type.String(), { description: 'Of this mount: ro or rw, nosuid, relatime, idmapped, …' }),
    superOptions: Type.Array(Type.String(), { description: 'Of the file system, in all of its mounts.' }),
    peerGroup: Type.Optional(
      Type.Integer({ minimum: 1, description: 'Of a shared mount: mounts on it appear on all peers of this group.' }),
    ),
    master: Type.Optional(
      Type.Integer({ minimum: 1, description: 'Of a slave: the peer group whose mounts and unmounts it receives.' }),
    ),
    propagateFrom: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: 'The next peer group up that the root leads to, where the master is not.',
      }),
    ),
    unbindable: Type.Boolean(),
    idMap: Type.Optional(
      Type.Object(
        { uids: Type.Array(mountIdRange), gids: Type.Array(mountIdRange) },
        { ...strict, description: 'Of an idmapped mount: statmount(2), since Linux 6.15. Other kernels: absent.' },
      ),
    ),
    locked: known(
      Type.Boolean({
        description:
          'Whether it may not be unmounted alone, since it came from a mount namespace of another user namespace: mount_namespaces(7). false: the initial user namespace owns the mount namespace. Of others the kernel does not tell.',
      }),
    ),
  },
  { ...strict, description: 'A mount, as statmount(2) or a line of mountinfo describes it.' },
);

export const mountTableSchema = Type.Object(
  {
    inode,
    via: Type.Union([Type.Literal('statmount'), Type.Literal('mountinfo'), Type.Literal('none')], {
      description: 'How it was read. none: no way led there.',
    }),
    pid: Type.Optional(
      Type.Integer({ minimum: 1, description: 'The process whose mountinfo was read; absent where nscope went in.' }),
    ),
    cut: Type.Optional(Type.String({ description: 'Why there may be more mounts than these.' })),
    mounts: known(Type.Array(mountSchema, { description: 'In the order of the kernel.' })),
  },
  { ...strict, description: 'All mounts of a mount namespace: proc_pid_mountinfo(5), statmount(2).' },
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

const linkPlace = Type.Object(
  {
    inode: known(Type.Integer({ minimum: 1, description: 'The network namespace that it is in.' })),
    index: Type.Integer({ minimum: 1, description: 'Its ifindex there.' }),
  },
  { ...strict, description: 'A link of any network namespace.' },
);

const descriptorOfProcess = Type.Object({ pid: natural, fd: natural }, strict);

export const networkLinkSchema = Type.Object(
  {
    index: Type.Integer({ minimum: 1, description: 'ifindex.' }),
    name: Type.String(),
    altNames: Type.Array(Type.String()),
    kind: Type.String({ description: 'veth, bridge and the like; "" for lo and devices of the machine.' }),
    state: Type.String({ description: 'Of RFC 2863, as ip link shows it: up, down, lower-layer-down, unknown, …' }),
    flags: Type.Integer({ minimum: 0, description: 'IFF_UP and others: netdevice(7).' }),
    mtu: natural,
    mac: Type.String({ description: 'Its address on the link, of most kinds a MAC; "" without one.' }),
    master: Type.Optional(
      Type.Integer({ minimum: 1, description: 'ifindex of the bridge, bond or VRF that it is a port of.' }),
    ),
    peer: Type.Optional(
      Type.Object(linkPlace.properties, {
        ...strict,
        description: 'Of a veth its other end; of macvlan, ipvlan, vlan, vxlan and tunnels the link below it.',
      }),
    ),
    madeIn: Type.Optional(
      Type.Object(
        { inode: known(inode) },
        {
          ...strict,
          description:
            'Of a tunnel without a link below it, that was moved: the network namespace in which its packets leave.',
        },
      ),
    ),
    device: Type.Optional(Type.String({ description: 'The device of the machine that is behind it, as virtio0.' })),
    vlan: Type.Optional(natural),
    vni: Type.Optional(Type.Integer({ minimum: 0, description: 'Of vxlan and geneve.' })),
    table: Type.Optional(Type.Integer({ minimum: 0, description: 'Of a VRF: the table of its routes.' })),
    mode: Type.Optional(Type.Union([Type.Literal('tun'), Type.Literal('tap')])),
    owner: Type.Optional(Type.Integer({ minimum: 0, description: 'The uid that may open a tun or tap device.' })),
    openedBy: Type.Optional(
      Type.Array(descriptorOfProcess, { description: 'Of a tun or tap device: who has it open, as far as is seen.' }),
    ),
  },
  { ...strict, description: 'A link of a network namespace: rtnetlink(7).' },
);

export const networkRouteSchema = Type.Object(
  {
    family: Type.Union([Type.Literal(4), Type.Literal(6)]),
    to: Type.String({ description: 'default, or as 10.0.0.0/24.' }),
    via: Type.Optional(Type.String()),
    link: Type.Optional(Type.Integer({ minimum: 0, description: 'ifindex of the link that it leaves by.' })),
    table: Type.Integer({ minimum: 0, description: '254 is the main one.' }),
    kind: Type.String({ description: 'unicast, blackhole, unreachable or prohibit.' }),
  },
  strict,
);

export const listeningSocketSchema = Type.Object(
  {
    protocol: Type.Union([Type.Literal('tcp'), Type.Literal('udp')]),
    address: Type.String({ description: '0.0.0.0 or :: for all addresses.' }),
    port: natural,
    uid: Type.Integer({ minimum: 0, description: "Of who made it, as the reader's user namespace has it." }),
    socket: Type.Integer({ minimum: 0, description: 'Inode number in sockfs.' }),
    owners: known(Type.Array(descriptorOfProcess, { description: 'Who has it open; none: no process that was seen.' })),
  },
  { ...strict, description: 'A socket that listens (tcp), or is bound and has no peer (udp).' },
);

export const networkSchema = Type.Object(
  {
    inode,
    links: known(Type.Array(networkLinkSchema)),
    addresses: known(
      Type.Array(
        Type.Object(
          { link: Type.Integer({ minimum: 1, description: 'ifindex.' }), address: Type.String(), prefix: natural },
          strict,
        ),
      ),
    ),
    routes: known(
      Type.Object(
        {
          count: Type.Integer({ minimum: 0, description: 'Without those to own addresses.' }),
          cut: Type.Optional(Type.Literal(true, { description: 'There are more than were counted.' })),
          list: Type.Array(networkRouteSchema, { description: 'The default routes, then others; 100 at the most.' }),
        },
        strict,
      ),
    ),
    neighbours: known(
      Type.Object(
        { count: natural, cut: Type.Optional(Type.Literal(true)) },
        { ...strict, description: 'ARP and NDP.' },
      ),
    ),
    listening: known(Type.Array(listeningSocketSchema)),
    sockets: known(
      Type.Object({ tcp: natural, udp: natural, raw: natural }, { ...strict, description: 'How many are in use.' }),
    ),
    conntrack: known(Type.Integer({ minimum: 0, description: 'How many connections are tracked.' })),
  },
  { ...strict, description: 'What a network namespace has.' },
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
