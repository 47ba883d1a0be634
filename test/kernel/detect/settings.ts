// Settings in which nscope detect is asked where it is: each a command that runs the words behind it somewhere else.

export interface Setting {
  readonly name: string;
  /** Runs what stands behind it; `sh -c '… exec "$@"' sh` for steps of a shell. */
  readonly prefix: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Whether other kernels try it too, under emulation: where what tells it differs from kernel to kernel. */
  readonly everyKernel?: boolean;
  /** Whether the process is judged from outside as well, by root and by an ordinary user. */
  readonly fromOutside?: boolean;
}

export const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'];

function steps(script: string): string[] {
  return ['sh', '-ec', `${script}\nexec "$@"`, 'sh'];
}

const container = ['unshare', '-mnpiuf', '-C', '--mount-proc'];

/** The masks and read-only binds that Docker and Podman put over /proc. */
const mask = steps(
  `for d in acpi asound scsi; do [ -d /proc/$d ] && mount -t tmpfs -o ro tmpfs /proc/$d; done
  for f in keys kcore timer_list sched_debug latency_stats; do [ -e /proc/$f ] && mount --bind /dev/null /proc/$f; done
  for d in bus fs irq sys; do mount --bind /proc/$d /proc/$d; mount -o remount,bind,ro /proc/$d; done`,
);

/** A user namespace into which the process outside writes the whole range. */
const fullRange = [
  'sh',
  '-ec',
  `exec 3<&0
  unshare -U sh -c 'until grep -q . /proc/self/uid_map; do sleep 0.05; done; exec "$@"' sh "$@" <&3 &
  sleep 0.5
  echo 0 0 4294967295 >/proc/$!/uid_map
  wait`,
  'sh',
];

/** What a kernel gives by itself, without an engine: root and util-linux are enough. */
export const settings: readonly Setting[] = [
  { name: 'host', everyKernel: true, prefix: [] },
  { name: 'host, ordinary user', everyKernel: true, prefix: asNobody, fromOutside: true },
  { name: 'hidepid=1, ordinary user', prefix: [...hideProcesses(1), ...asNobody] },
  { name: 'hidepid=2, ordinary user', prefix: [...hideProcesses(2), ...asNobody] },
  { name: 'network namespace', everyKernel: true, prefix: ['unshare', '-n'] },
  { name: 'mount namespace', prefix: ['unshare', '-m'] },
  { name: 'pid namespace, /proc of the host', prefix: ['unshare', '-pf'] },
  { name: 'time namespace', everyKernel: true, prefix: ['unshare', '-Tf', '--monotonic', '1000'] },
  { name: 'user namespace', everyKernel: true, prefix: ['unshare', '-Ur'], fromOutside: true },
  { name: 'user namespace of the whole range', prefix: fullRange, fromOutside: true },
  { name: 'container', everyKernel: true, prefix: container, fromOutside: true },
  { name: 'container, ordinary user', everyKernel: true, prefix: [...container, ...asNobody] },
  { name: 'container, masked /proc', everyKernel: true, prefix: [...container, ...mask] },
  {
    name: 'container, network of the host, settings covered',
    prefix: ['unshare', '-mpiuf', '-C', '--mount-proc', ...steps('mount -t tmpfs tmpfs /proc/sys/net/core')],
  },
  { name: 'container, no addon', prefix: container, environment: { NSCOPE_ADDON: 'none' } },
  { name: 'container, network of the host', prefix: ['unshare', '-mpiuf', '-C', '--mount-proc'] },
  { name: 'container, pid namespace of the host', prefix: ['unshare', '-mniuf', '-C'] },
  {
    name: 'rootless container',
    everyKernel: true,
    prefix: ['unshare', '-Urmnpiuf', '-C', '-T', '--mount-proc'],
    fromOutside: true,
  },
  {
    name: 'nested twice',
    everyKernel: true,
    prefix: ['unshare', '-Urpf', '--mount-proc', 'unshare', '-Urmnpf', '--mount-proc'],
  },
  {
    name: 'container, processes alone in /proc',
    prefix: [...container, ...steps('mount -t proc -o subset=pid proc /proc')],
  },
  // The container's own /proc lies over that of the host.
  { name: 'container, /proc of the host', prefix: [...container, ...steps('umount -l /proc')] },
  {
    name: '/proc not mounted',
    everyKernel: true,
    prefix: [...container, ...steps('while umount -l /proc 2>/dev/null; do :; done')],
  },
  {
    name: '/proc of another pid namespace',
    everyKernel: true,
    prefix: ['unshare', '-m', ...steps('unshare -pf mount -t proc proc /proc')],
  },
  { name: 'release said to be 2.6', prefix: ['setarch', '--uname-2.6'] },
];

function hideProcesses(hidepid: number): string[] {
  return ['unshare', '-m', ...steps(`mount -t proc -o hidepid=${hidepid} proc /proc`)];
}
