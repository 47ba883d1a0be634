// The one definition of a snapshot: the TypeScript types, the validator and the published JSON Schema come from here.
import Type, { type Static } from 'typebox';
import {
  conditionsSchema,
  type linkListSchema,
  type mountViewSchema,
  type nameFileSchema,
  type namespaceAccountSchema,
  type namespaceCountSchema,
  type pidFileSchema,
  type securitySchema,
  type subordinateRangeSchema,
  type taskLimitSchema,
  type zombieSchema,
} from './conditions.ts';
import { type HolderKind, holderKinds, visibleKinds } from './holder-kinds.ts';
import type { mountSchema, mountTableSchema } from './mount-schemas.ts';
import { type NamespaceType, namespaceTypes } from './namespace-types.ts';
import type {
  listeningSocketSchema,
  networkLinkSchema,
  networkRouteSchema,
  networkSchema,
  redirectSchema,
} from './network-schemas.ts';
import { pidNamespaceStages } from './pid-namespace-stage.ts';
import { decimal, inode, known, natural, strict, type } from './schema-parts.ts';
import { snapshotVersion } from './schema-version.ts';
import { workloadEngines, workloadKinds } from './workload-engines.ts';

const idMapping = Type.Object(
  { inside: natural, outside: natural, count: natural },
  { ...strict, description: 'A line of /proc/PID/uid_map: user_namespaces(7).' },
);

const utsNames = Type.Object(
  {
    sysname: Type.String(),
    nodename: Type.String(),
    release: Type.String(),
    version: Type.String(),
    machine: Type.String(),
    domainname: Type.String(),
  },
  { ...strict, description: 'uname(2) inside the uts namespace.' },
);

const clockOffset = Type.Object({ seconds: Type.Integer(), nanoseconds: natural }, strict);
const timeOffsets = Type.Object(
  { monotonic: clockOffset, boottime: clockOffset },
  { ...strict, description: '/proc/PID/timens_offsets: time_namespaces(7).' },
);

const namespaceName = Type.Object(
  {
    kind: Type.Union([Type.Literal('ip-netns'), Type.Literal('bind-mount')]),
    name: Type.String(),
    path: Type.String(),
  },
  { ...strict, description: 'A name that leads to the namespace; ip-netns is an entry of /run/netns.' },
);

const mountNamespace = known(Type.Integer({ minimum: 1, description: 'Inode of the mount namespace it is in.' }));
const descriptor = {
  pid: natural,
  fd: natural,
  tid: Type.Optional(
    Type.Integer({ minimum: 1, description: 'The thread, where it has a descriptor table of its own.' }),
  ),
};

const task = { pid: descriptor.pid, tid: Type.Optional(Type.Integer({ minimum: 1 })) };

const holderSchema = Type.Union(
  [
    Type.Object({ kind: Type.Literal('fd'), ...descriptor }, strict),
    Type.Object({ kind: Type.Literal('socket'), ...descriptor, socket: natural }, strict),
    Type.Object({ kind: Type.Literal('tap'), ...descriptor }, strict),
    Type.Object(
      {
        kind: Type.Literal('in-flight'),
        pid: Type.Optional(natural),
        fd: Type.Optional(natural),
        tid: descriptor.tid,
        socket: natural,
      },
      {
        ...strict,
        description:
          'In the queue of the socket, or of one that lies there. Without pid and fd no process that was seen has it open; the socket is then 0 where it was not accepted yet.',
      },
    ),
    Type.Object({ kind: Type.Literal('credentials'), ...descriptor }, strict),
    Type.Object({ kind: Type.Literal('peer-credentials'), ...descriptor, socket: natural }, strict),
    Type.Object({ kind: Type.Literal('pidfd'), ...descriptor }, strict),
    Type.Object({ kind: Type.Literal('signal-target'), ...descriptor }, strict),
    Type.Object({ kind: Type.Literal('proc-file'), ...descriptor }, strict),
    Type.Object({ kind: Type.Literal('cgroup-file'), ...descriptor }, strict),
    Type.Object({ kind: Type.Literal('watch'), ...descriptor }, strict),
    Type.Object({ kind: Type.Literal('perf-event'), ...descriptor }, strict),
    Type.Object({ kind: Type.Literal('fs-context'), ...descriptor }, strict),
    Type.Object({ kind: Type.Literal('mapping'), ...task }, strict),
    Type.Object(
      { kind: Type.Literal('directory'), ...task, link: Type.Union([Type.Literal('cwd'), Type.Literal('root')]) },
      strict,
    ),
    Type.Object({ kind: Type.Literal('program'), ...task }, strict),
    Type.Object({ kind: Type.Literal('bind-mount'), path: known(Type.String()), mountNamespace }, strict),
    Type.Object(
      {
        kind: Type.Literal('process-mount'),
        path: known(Type.String()),
        mountNamespace,
        mountId: Type.Integer({ minimum: 0, description: 'The id of the mount in mountinfo.' }),
      },
      strict,
    ),
    Type.Object(
      {
        kind: Type.Literal('file-system'),
        fsType: Type.String(),
        device: Type.Optional(Type.String({ description: 'major:minor of st_dev.' })),
        path: known(Type.String()),
        mountNamespace,
      },
      strict,
    ),
    Type.Object(
      {
        kind: Type.Literal('kernel'),
        ruledOut: Type.Array(Type.String(), { description: 'What was looked for everywhere, in vain.' }),
        notSeen: Type.Array(Type.String(), { description: 'What may hold it without having been seen, and why.' }),
      },
      strict,
    ),
  ],
  {
    description:
      'What keeps a namespace alive besides its tasks, its children and what it owns: an open descriptor, a socket, a tun or tap device, a descriptor in flight inside a unix socket, the credentials of an open file, the credentials that a unix socket keeps of its peer, a pidfd, an open file of procfs or cgroupfs, a watch of inotify or fanotify, a perf event, a file system context, a mapped file, the working or root directory of a process, the program that it runs, a bind mount, a mount of /proc/PID or of a pidfd, a mounted file system, or, where the kernel lists it and none of these was seen, the kernel itself.',
  },
);

const optionalCount = Type.Optional(natural);
const holderCounts = Type.Object(
  Object.fromEntries(holderKinds.map((kind) => [kind, optionalCount])) as Record<HolderKind, typeof optionalCount>,
  { ...strict, description: 'How many of each kind hold it; kinds that do not are absent.' },
);

const links = Type.Object(
  {
    cgroup: known(inode),
    ipc: known(inode),
    mnt: known(inode),
    net: known(inode),
    pid: known(inode),
    time: known(inode),
    user: known(inode),
    uts: known(inode),
    pid_for_children: known(inode),
    time_for_children: known(inode),
  },
  { ...strict, description: 'The links of /proc/PID/ns: inode numbers.' },
);

const certainty = Type.Union([Type.Literal('certain'), Type.Literal('likely')], {
  description: 'certain: the kernel shows it to nobody else. likely: others may show the same.',
});
const inference = {
  by: Type.Union(
    [
      Type.Literal('kernel-thread'),
      Type.Literal('net-directory'),
      Type.Literal('mount-ids'),
      Type.Literal('nested-pids'),
      Type.Literal('companions'),
      Type.Literal('id-maps'),
      Type.Literal('clock-offsets'),
      Type.Literal('cgroup-path'),
    ],
    {
      description:
        "From what it was inferred: kernel threads stay where the boot put them; the inode number of /proc/PID/net/stat; mount ids in mountinfo; NSpid and parents; being with an init in other namespaces; uid_map; timens_offsets; the cgroup's path.",
    },
  ),
  certainty,
};
const numberOfUnnumbered = Type.Integer({
  minimum: 1,
  description: 'Of a namespace that exists and whose inode number is not known: its number in this snapshot.',
});

const place = Type.Union(
  [Type.Object({ inode, ...inference }, strict), Type.Object({ number: numberOfUnnumbered, ...inference }, strict)],
  { description: 'Where a process is inferred to be, its link being refused.' },
);
const places = Type.Object(
  Object.fromEntries(namespaceTypes.map((one) => [one, Type.Optional(place)])) as Record<
    NamespaceType,
    ReturnType<typeof Type.Optional<typeof place>>
  >,
  {
    ...strict,
    description:
      'Where a process is whose links are refused, inferred from what anybody may read. What tells nothing is absent.',
  },
);

const inferredTasks = {
  certain: natural,
  likely: natural,
  leader: Type.Union([natural, Type.Null()], { description: 'PID of its init, else of the oldest of them.' }),
};

const unnumberedSchema = Type.Object(
  {
    type,
    number: numberOfUnnumbered,
    initial: known(Type.Boolean()),
    host: known(Type.Boolean()),
    by: inference.by,
    certainty: Type.Union([Type.Literal('certain'), Type.Literal('likely')], {
      description: 'Whether it is a namespace of its own; likely: it may be one of the others after all.',
    }),
    mayBe: Type.Optional(
      Type.Array(inode, { description: 'Those with a number, of which no process showed a sign, that it may be.' }),
    ),
    processes: Type.Object(inferredTasks, strict),
  },
  {
    ...strict,
    description:
      'A namespace that processes are in whose links are refused: that it exists is inferred, its inode number is not known.',
  },
);

const namespaceSchema = Type.Object(
  {
    type,
    inode,
    dev: known(natural),
    id: known(decimal),
    initial: known(Type.Boolean({ description: "Whether it is the boot's own." })),
    host: known(
      Type.Boolean({ description: "Whether the host's init, PID 1 of the initial pid namespace, is in it." }),
    ),
    hostInferred: Type.Optional(
      Type.Object(
        { host: Type.Boolean(), ...inference },
        { ...strict, description: "The same, inferred where the links of the host's init are refused." },
      ),
    ),
    owner: known(Type.Union([inode, Type.Null()])),
    ownerUid: known(natural),
    parent: Type.Optional(known(Type.Union([inode, Type.Null()]))),
    names: Type.Array(namespaceName),
    processes: Type.Object(
      {
        count: Type.Integer({ minimum: 0, description: 'Processes whose leader thread is in it.' }),
        threads: Type.Integer({ minimum: 0, description: 'Threads in it whose leader is elsewhere.' }),
        forChildren: Type.Integer({ minimum: 0, description: 'Tasks whose children will be born in it.' }),
        leader: Type.Union([natural, Type.Null()], {
          description: 'PID of its init, else of its oldest process, else the ID of its oldest thread.',
        }),
        inferred: Type.Optional(
          Type.Object(inferredTasks, {
            ...strict,
            description: 'Processes beside these whose links are refused, and that are inferred to be in it.',
          }),
        ),
        mayBeMore: Type.Optional(
          Type.Literal(true, {
            description:
              'None of these was seen, and yet some may be in it: processes whose links are refused and whose place nothing tells, or that cannot be seen at all.',
          }),
        ),
      },
      strict,
    ),
    holders: Type.Array(holderSchema),
    holderCounts,
    openSince: Type.Optional(
      Type.String({
        description:
          'UTC, RFC 3339: since when a descriptor or bind mount has kept it open without a break. It is at least that old.',
      }),
    ),
    uts: Type.Optional(known(utsNames)),
    uidMap: Type.Optional(known(Type.Array(idMapping))),
    gidMap: Type.Optional(known(Type.Array(idMapping))),
    setgroups: Type.Optional(known(Type.String())),
    timeOffsets: Type.Optional(known(timeOffsets)),
    netnsid: Type.Optional(
      known(
        Type.Union([natural, Type.Null()], {
          description:
            'Of network namespaces: the number that the one of nscope has for it, as ip netns list-id tells; null where it has none.',
        }),
      ),
    ),
    level: Type.Optional(known(Type.Integer({ minimum: 0, description: 'Depth below the initial one.' }))),
    init: Type.Optional(known(Type.Union([natural, Type.Null()], { description: "PID of the pid namespace's init." }))),
    stage: Type.Optional(
      Type.Enum([...pidNamespaceStages], {
        description:
          'Of a pid namespace, where the kernel told it (Linux 6.18 with BPF): it waits for its first process, has an init, or that has ended and no process can be born in it any more.',
      }),
    ),
  },
  { ...strict, description: 'A namespace: what it is, who is in it, and what keeps it alive.' },
);

const processSchema = Type.Object(
  {
    pid: natural,
    tid: Type.Integer({ minimum: 0, description: 'Differs from pid for a thread that is not where its leader is.' }),
    ppid: natural,
    startTimeTicks: Type.Integer({ minimum: 0, description: 'Since boot: field 22 of proc_pid_stat(5).' }),
    state: Type.String(),
    comm: Type.String(),
    commandLine: known(Type.Array(Type.String())),
    uid: Type.Integer({ minimum: 0, description: 'Effective user id.' }),
    threads: natural,
    kernelThread: Type.Boolean(),
    namespaces: links,
    inferred: Type.Optional(places),
    pids: Type.Array(natural, { description: "Its PID from the reader's pid namespace to its own." }),
    cgroup: known(Type.String()),
  },
  { ...strict, description: 'A process, or a thread that is not where its process is.' },
);

const refusal = Type.Object(
  {
    what: Type.String(),
    errno: Type.String(),
    count: natural,
    example: Type.String(),
  },
  { ...strict, description: 'What the host refused, how often, and one example.' },
);

const sourceCoverage = Type.Object(
  {
    source: Type.String(),
    question: Type.String(),
    ran: Type.Boolean(),
    skipped: Type.Optional(Type.String()),
    asked: natural,
    found: natural,
    refused: natural,
    refusals: Type.Array(refusal),
    durationMs: Type.Number({ minimum: 0 }),
  },
  { ...strict, description: 'What one source was asked, and what it found.' },
);

const hostSchema = Type.Object(
  {
    name: Type.String(),
    kernel: Type.String(),
    bootId: known(Type.String()),
    takenAt: Type.String({ description: 'UTC, RFC 3339.' }),
    bootedAt: Type.Optional(
      known(Type.String({ description: 'UTC, RFC 3339: the moment from which start times count.' })),
    ),
    durationMs: Type.Number({ minimum: 0 }),
    nscopeVersion: Type.String(),
    ticksPerSecond: natural,
    users: Type.Record(Type.String(), Type.String(), { description: 'Names of the uids that occur.' }),
    vantage: Type.Object(
      {
        pid: natural,
        uid: natural,
        capabilities: Type.String({ description: 'Effective set, hexadecimal: capabilities(7).' }),
        namespaces: links,
        procPidNamespace: known(
          Type.Integer({ minimum: 1, description: 'The pid namespace whose processes /proc shows.' }),
        ),
        unmappedUid: Type.Optional(
          Type.Integer({
            minimum: 0,
            description:
              "The uid that stands here for every user who has none in nscope's user namespace: overflowuid of proc_sys_kernel(5), where that is not mapped itself.",
          }),
        ),
      },
      { ...strict, description: 'Where nscope itself ran.' },
    ),
  },
  { ...strict, description: 'The host, and from where it was looked at.' },
);

const unseenHoldersSchema = Type.Object(
  { kind: Type.Enum([...visibleKinds]), why: Type.String() },
  { ...strict, description: 'Holders of this kind may be there without having been seen.' },
);

const limitSchema = Type.Object(
  {
    code: Type.Union([
      Type.Literal('addon-missing'),
      Type.Literal('files-refused'),
      Type.Literal('processes-hidden'),
      Type.Literal('processes-outside'),
      Type.Literal('links-refused'),
      Type.Literal('descriptors-refused'),
      Type.Literal('list-not-read'),
      Type.Literal('list-cut'),
      Type.Literal('mounts-unread'),
      Type.Literal('mounts-silent'),
      Type.Literal('names-silent'),
      Type.Literal('names-cut'),
      Type.Literal('queue-cut'),
      Type.Literal('sockets-refused'),
      Type.Literal('owner-out-of-reach'),
      Type.Literal('above-out-of-reach'),
      Type.Literal('peers-not-found'),
      Type.Literal('peers-not-followed'),
      Type.Literal('workloads-nameless'),
    ]),
    brief: Type.String({ description: 'A few words.' }),
    reason: Type.String({ description: 'A sentence.' }),
    lift: Type.Optional(Type.String({ description: 'What would lift it.' })),
  },
  { ...strict, description: 'One thing that limits the listing.' },
);

const coverageSchema = Type.Object(
  {
    verdict: Type.Union([Type.Literal('complete'), Type.Literal('partial')], {
      description: 'complete: the kernel itself listed all namespaces of all types.',
    }),
    reasons: Type.Array(Type.String(), {
      description:
        'What limits the listing. Beside complete they say of which processes or holders something is not known.',
    }),
    lifts: Type.Array(Type.String(), { description: 'What would lift the reasons.' }),
    limits: Type.Optional(
      Type.Array(limitSchema, {
        description:
          'The reasons again, in the same order: each with its code, in a few words, and with what would lift it.',
      }),
    ),
    unseenHolders: Type.Array(unseenHoldersSchema, {
      description: 'The kinds of holders that were not looked for everywhere; all others were.',
    }),
    disagreements: Type.Array(Type.String()),
    sources: Type.Array(sourceCoverage),
  },
  { ...strict, description: 'Whether the list is whole; if not, why not and what would lift that.' },
);

const workloadEvidence = Type.Object(
  {
    by: Type.Union([
      Type.Literal('cgroup'),
      Type.Literal('command-line'),
      Type.Literal('namespaces'),
      Type.Literal('name'),
      Type.Literal('state'),
      Type.Literal('socket'),
    ]),
    text: Type.String(),
  },
  {
    ...strict,
    description:
      'What says so: the path of a cgroup, the command line of who runs it, that a process shares its namespaces, the name of a namespace, or what the engine itself keeps: in a file, or told through its socket.',
  },
);

const workloadSchema = Type.Object(
  {
    engine: Type.Enum([...workloadEngines]),
    kind: Type.Enum([...workloadKinds]),
    id: Type.String({ description: 'What the engine tells it apart by; of a sandbox the PID of who made it.' }),
    name: Type.String({ description: 'What people call it; where nothing tells, the beginning of its id.' }),
    certainty: Type.Union([Type.Literal('certain'), Type.Literal('likely')], {
      description:
        'certain: root, or the user of nscope, made it what it is, as the kernel tells. likely: it looks like one; a process can pretend it.',
    }),
    claimedBy: Type.Optional(
      Type.Integer({ minimum: 0, description: 'Whose word it is alone, where it is likely: the uid of that user.' }),
    ),
    image: Type.Optional(Type.String()),
    labels: Type.Optional(Type.Record(Type.String(), Type.String())),
    pod: Type.Optional(Type.String({ description: 'Name of its pod, else the id of it.' })),
    project: Type.Optional(Type.String({ description: 'Compose project.' })),
    outer: Type.Optional(
      Type.Object(
        { engine: Type.Enum([...workloadEngines]), id: Type.String() },
        { ...strict, description: 'The workload in which it runs itself.' },
      ),
    ),
    leader: Type.Union([natural, Type.Null()], { description: 'PID of its init, else of its oldest process.' }),
    pids: Type.Array(natural, { description: 'Its processes; those of workloads that run in it are theirs alone.' }),
    namespaces: Type.Array(Type.Object({ type, inode }, strict), {
      description: 'Those that its processes are in and the host is not, and those that it names.',
    }),
    evidence: Type.Array(workloadEvidence),
  },
  { ...strict, description: 'A container, a machine, a sandbox, a named network or a unit of systemd.' },
);

export const snapshotSchema = Type.Object(
  {
    schema: Type.Literal(snapshotVersion),
    host: hostSchema,
    namespaces: Type.Array(namespaceSchema),
    unnumbered: Type.Array(unnumberedSchema),
    processes: Type.Array(processSchema),
    workloads: known(Type.Array(workloadSchema)),
    conditions: Type.Optional(conditionsSchema),
    coverage: coverageSchema,
  },
  { ...strict, title: snapshotVersion, description: 'All namespaces of a host at one time.' },
);

/** Makes every level of a type read-only. */
type Frozen<T> = T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T;

export type Snapshot = Frozen<Static<typeof snapshotSchema>>;
export type Namespace = Frozen<Static<typeof namespaceSchema>>;
export type Process = Frozen<Static<typeof processSchema>>;
export type UnnumberedNamespace = Frozen<Static<typeof unnumberedSchema>>;
export type Place = Frozen<Static<typeof place>>;
export type Places = Frozen<Static<typeof places>>;
export type Certainty = Frozen<Static<typeof certainty>>;
export type Holder = Frozen<Static<typeof holderSchema>>;
export type UnseenHolders = Frozen<Static<typeof unseenHoldersSchema>>;
export type HolderCounts = Frozen<Static<typeof holderCounts>>;
export type HostSnapshot = Frozen<Static<typeof hostSchema>>;
export type Workload = Frozen<Static<typeof workloadSchema>>;
export type WorkloadEvidence = Frozen<Static<typeof workloadEvidence>>;
export type Limit = Frozen<Static<typeof limitSchema>>;
export type Coverage = Frozen<Static<typeof coverageSchema>>;
export type SourceCoverage = Frozen<Static<typeof sourceCoverage>>;
export type Refusal = Frozen<Static<typeof refusal>>;
export type NamespaceName = Frozen<Static<typeof namespaceName>>;
export type IdMapping = Frozen<Static<typeof idMapping>>;
export type UtsNames = Frozen<Static<typeof utsNames>>;
export type TimeOffsets = Frozen<Static<typeof timeOffsets>>;
export type Conditions = Frozen<Static<typeof conditionsSchema>>;
export type NameFile = Frozen<Static<typeof nameFileSchema>>;
export type PidFile = Frozen<Static<typeof pidFileSchema>>;
export type SubordinateRange = Frozen<Static<typeof subordinateRangeSchema>>;
export type NamespaceAccount = Frozen<Static<typeof namespaceAccountSchema>>;
export type NamespaceCount = Frozen<Static<typeof namespaceCountSchema>>;
export type TaskLimit = Frozen<Static<typeof taskLimitSchema>>;
export type MountView = Frozen<Static<typeof mountViewSchema>>;
export type Security = Frozen<Static<typeof securitySchema>>;
export type LinkList = Frozen<Static<typeof linkListSchema>>;
export type MountTable = Frozen<Static<typeof mountTableSchema>>;
export type Mount = Frozen<Static<typeof mountSchema>>;
export type Zombie = Frozen<Static<typeof zombieSchema>>;
export type Network = Frozen<Static<typeof networkSchema>>;
export type NetworkLink = Frozen<Static<typeof networkLinkSchema>>;
export type Redirect = Frozen<Static<typeof redirectSchema>>;
export type NetworkRoute = Frozen<Static<typeof networkRouteSchema>>;
export type ListeningSocket = Frozen<Static<typeof listeningSocketSchema>>;
