// The policy that holds where none is given. Numbers of controls: CIS Docker Benchmark 1.6.0 and 1.7.0, CIS Kubernetes
// Benchmark 1.12. The words are nscope's own.
import type { PolicyRule } from './policy.ts';

/** What the benchmarks speak of. Sandboxes of desktop programs share much on purpose, and units nearly all. */
const container = 'kind in ["container", "machine"]';

/** Capabilities of such a one count over what the host owns. */
const ofHost = `${container} && userns in ["host", "partly"]`;

const hasAll = 'bounding == "CAP_SYS_ADMIN" && bounding == "CAP_SYS_MODULE" && bounding == "CAP_SYS_RAWIO"';

function sharesHost(field: string): string {
  return `${container} && ${field} in ["host", "partly"]`;
}

export const defaultPolicy: readonly PolicyRule[] = [
  {
    name: 'engine-socket',
    severity: 'error',
    when: `${container} && engineSockets > 0`,
    message: 'has the socket of a container engine mounted',
    means: 'Whoever can write to that socket can start a container with the whole host in it: it is root on the host.',
    fix: 'start it without that mount; a proxy that lets through only what is needed can stand between',
    controls: ['CIS Docker 5.32'],
  },
  {
    name: 'privileged',
    severity: 'error',
    when: `${ofHost} && ${hasAll}`,
    message: 'may have every capability over the host',
    means: 'It can load a module into the kernel, write to disks and mount what it likes: it is not a boundary.',
    fix: 'start it without --privileged, and add the one capability or device that it needs',
    controls: ['CIS Docker 5.5', 'CIS Kubernetes 5.2.2'],
  },
  {
    name: 'host-mount',
    severity: 'error',
    when: sharesHost('mntns'),
    message: 'is in the mount namespace of the host',
    means: 'It sees and mounts the files of the host; only permissions restrict it.',
    fix: 'start it with a root file system of its own',
  },
  {
    name: 'host-network',
    severity: 'warning',
    when: sharesHost('netns'),
    message: 'is in the network namespace of the host',
    means:
      'It reaches services that listen on loopback, takes ports of the host, and abstract unix sockets are open to it.',
    fix: 'start it without --network host (hostNetwork in a pod), and publish the ports that it serves',
    controls: ['CIS Docker 5.10', 'CIS Kubernetes 5.2.5'],
  },
  {
    name: 'host-pid',
    severity: 'warning',
    when: sharesHost('pidns'),
    message: 'is in the pid namespace of the host',
    means: 'It sees all processes of the host with their arguments, and can signal and trace those of its user.',
    fix: 'start it without --pid host (hostPID in a pod)',
    controls: ['CIS Docker 5.16', 'CIS Kubernetes 5.2.3'],
  },
  {
    name: 'host-ipc',
    severity: 'warning',
    when: sharesHost('ipcns'),
    message: 'is in the ipc namespace of the host',
    means: 'It can read and write shared memory and message queues of programs of the host.',
    fix: 'start it without --ipc host (hostIPC in a pod)',
    controls: ['CIS Docker 5.17', 'CIS Kubernetes 5.2.4'],
  },
  {
    name: 'host-uts',
    severity: 'warning',
    when: sharesHost('utsns'),
    message: 'is in the uts namespace of the host',
    means: 'With CAP_SYS_ADMIN it renames the host.',
    fix: 'start it without --uts host',
    controls: ['CIS Docker 5.21'],
  },
  {
    name: 'sensitive-mount',
    severity: 'warning',
    when: `${container} && (hostRoot || sensitiveMounts > 0)`,
    message: 'sees directories that make up the host',
    means: 'What it reads there are secrets of the host; what it writes there the host executes.',
    fix: 'mount only the one directory that it needs, read-only where that is enough',
    controls: ['CIS Docker 5.6', 'CIS Kubernetes 5.2.11'],
  },
  {
    name: 'shared-propagation',
    severity: 'warning',
    when: `${container} && propagates > 0`,
    message: 'has mounts from which new mounts propagate to other mount namespaces',
    means: 'What is mounted inside appears outside of it, on the host as well where that is a peer.',
    fix: 'mount the volume with propagation private or slave',
    controls: ['CIS Docker 5.20'],
  },
  {
    name: 'added-capabilities',
    severity: 'warning',
    when: `${ofHost} && extraCapabilities > 0 && !(${hasAll})`,
    message: 'may have capabilities over the host that containers are usually not given',
    means: 'Several of them are enough to become root of the host: capabilities(7).',
    fix: 'start it with --cap-drop ALL and --cap-add for what it needs',
    controls: ['CIS Docker 5.4', 'CIS Kubernetes 5.2.9'],
  },
  {
    name: 'no-seccomp',
    severity: 'warning',
    when: `${container} && seccomp == "off"`,
    message: 'has processes without a seccomp filter',
    means: 'Every system call of the kernel is open to it, those as well that only its administrator needs.',
    fix: 'start it without seccomp=unconfined (seccompProfile RuntimeDefault in a pod)',
    controls: ['CIS Docker 5.22', 'CIS Kubernetes 5.6.2'],
  },
  {
    name: 'bare-proc',
    severity: 'warning',
    when: `${ofHost} && proc in ["bare", "partly"]`,
    message: 'has a /proc in which the settings of the kernel are not covered',
    means: 'As uid 0 it changes settings of the whole host by /proc/sys.',
    fix: 'start it without --privileged and without systempaths=unconfined (procMount Default in a pod)',
  },
  {
    name: 'writable-sys',
    severity: 'warning',
    when: `${ofHost} && sys == "writable"`,
    message: 'has a /sys that can be written to',
    means: 'As uid 0 it changes settings of devices and drivers of the host.',
    fix: 'start it without --privileged',
  },
  {
    name: 'unconfined',
    severity: 'note',
    when: `${container} && label.contains("unconfined")`,
    message: 'runs unconfined by the security module of the host',
    means: 'AppArmor or SELinux is there and does not restrict it.',
    fix: 'start it with the profile of its engine: without apparmor=unconfined or label=disable',
    controls: ['CIS Docker 5.2', 'CIS Docker 5.3'],
  },
  {
    name: 'host-user',
    severity: 'note',
    when: sharesHost('userns'),
    message: 'is in the user namespace of the host',
    means: 'Its uid 0 is uid 0 of the host, should it get out.',
    fix: 'map its users: userns-remap of Docker, --userns=auto of Podman, hostUsers: false in a pod',
    controls: ['CIS Docker 5.31'],
  },
  {
    name: 'root-user',
    severity: 'note',
    when: `${container} && runsAsRoot`,
    message: 'has processes that run as uid 0 of the host',
    means: 'What is wrong in the program is wrong as root.',
    fix: 'start it with --user (runAsNonRoot in a pod), or map its users',
    controls: ['CIS Kubernetes 5.2.7'],
  },
  {
    name: 'may-gain-privileges',
    severity: 'note',
    when: `${container} && !noNewPrivs`,
    message: 'may gain privileges by executing a program',
    means: 'Set-user-ID programs and file capabilities in its image work.',
    fix: 'start it with --security-opt no-new-privileges (allowPrivilegeEscalation: false in a pod)',
    controls: ['CIS Docker 5.26', 'CIS Kubernetes 5.2.6'],
  },
];
