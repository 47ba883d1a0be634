// The verbs that conclude from evidence: their rows in the table of verbs.
import { failureOfAnswer } from '../help/exit-statuses.ts';
import {
  fromOption,
  jsonOption,
  noBpfOption,
  noHeaderOption,
  quietOption,
  rowOptions,
  typeOption,
  wideOption,
} from '../options/reading-options.ts';
import { targetArgument } from '../options/target-argument.ts';
import type { ColumnMeaning, Verb } from '../options/verb.ts';

async function loadWorkloadColumns(): Promise<readonly ColumnMeaning[]> {
  return (await import('../../render/columns/workload-columns.ts')).workloadColumns;
}

async function loadOverviewColumns(): Promise<readonly ColumnMeaning[]> {
  return (await import('../../render/columns/overview-columns.ts')).overviewColumns;
}

export const evidenceVerbs = [
  {
    name: 'overview',
    summary: 'show what the namespaces of this host belong to (the default)',
    details: [
      'Lists all namespaces in groups, each in one row: those of a container, sandbox, unit or named network; else those with a name; else those that a process and what it started are in; else what holds those that no process is in. The host’s own stand in the last row. Where there are no others, they are listed one by one.',
      'A type that a group shares with the host is not listed in its row. Where several groups share a namespace, as the containers of a pod do, one of them lists it, and the column SHARED says so in each.',
      'A tilde stands before what an ordinary user could pretend, and before what is inferred of processes whose links are refused. nscope ls lists every namespace in a row of its own.',
    ],
    arguments: [],
    options: [typeOption, ...rowOptions],
    examples: [
      { command: 'nscope', meaning: 'what there is on this host' },
      { command: 'nscope -o group,namespaces', meaning: 'with the inode numbers of all' },
      { command: `nscope overview --filter 'kind != "host" && processes == 0'`, meaning: 'what no process is in' },
    ],
    columns: loadOverviewColumns,
    reads: ['namespaces', 'tasks', 'files', 'queues', 'superblocks'],
  },
  {
    name: 'workloads',
    summary: 'list containers, sandboxes and named networks',
    details: [
      'Lists what Docker, Podman, containerd, Kubernetes, LXC, systemd-nspawn, flatpak, bubblewrap, firejail, Chromium, mininet, OpenStack and ip netns run, and the units of systemd that have namespaces of their own.',
      'nscope recognizes them by the paths of cgroups, by who runs them and by their command lines, which anybody may read. Names and images come from the files of engines where nscope may read them, else from the sockets of daemons that already run; it starts no daemon. A tilde stands before a workload that no engine confirms: any process can look like one.',
    ],
    arguments: [],
    options: [
      { flags: '-a, --all', meaning: 'also units of systemd that have no namespace of their own' },
      ...rowOptions,
    ],
    examples: [
      { command: 'nscope workloads', meaning: 'all of them' },
      {
        command: `nscope workloads --filter 'engine == "podman"' -o +id`,
        meaning: 'the containers of Podman, with their ids',
      },
    ],
    columns: loadWorkloadColumns,
  },
  {
    name: 'groups',
    summary: 'group processes by mount namespace without privilege, and say how well that works',
    details: [
      'Groups processes without any privilege: by a digest of /proc/PID/mounts, by one of /proc/PID/mountinfo, or by the ns control group that Linux 2.6.24 to 2.6.39 had, with its hierarchy. Processes in one group are probably in one mount namespace.',
      'Where the links in /proc/PID/ns can be read, nscope compares the groups with them: it counts the pairs of processes that are rightly joined, rightly apart, wrongly split and wrongly joined. Equal mounts join namespaces that only look alike; mountinfo splits off chrooted processes, which a remark points out.',
    ],
    arguments: [],
    options: [
      {
        flags: '--by METHOD',
        meaning: 'mountinfo (the default), mounts or cgroup',
        choices: ['mountinfo', 'mounts', 'cgroup'],
      },
      {
        flags: '--at DIR',
        meaning: 'the directory of the ns control group, if it is not the one in /proc/mounts',
        completes: 'file',
      },
      jsonOption,
      noHeaderOption,
      wideOption,
      quietOption,
      noBpfOption,
    ],
    examples: [
      { command: 'nscope groups', meaning: 'by the digest of mountinfo' },
      {
        command: 'nscope groups --by mounts',
        meaning: 'by the digest of mounts, which joins namespaces that look alike',
      },
    ],
  },
  {
    name: 'compare',
    summary: 'show what a process, or the container around nscope, shares with the host',
    details: [
      'For each type, shows the namespace of the process, whether the init of the host is in the same one, and how that is known. Where the links of the init are refused, nscope infers its namespaces from what anybody may read. Where the init is out of sight, as in a container with its own pid namespace, the namespaces of the boot are taken for those of the host.',
      'A tilde marks an answer that is likely and not certain, a question mark one that is not known. nscope diff compares any two processes.',
    ],
    arguments: [{ name: 'PID', meaning: 'a process; nscope itself where none is given', optional: true }],
    options: [typeOption, jsonOption, noHeaderOption, quietOption, noBpfOption, fromOption],
    examples: [
      { command: 'nscope compare', meaning: 'inside a container: what it shares with the host' },
      { command: 'nscope compare 812', meaning: 'the same for process 812' },
    ],
  },
  {
    name: 'caps',
    summary: 'show what a process may do to a namespace, rule by rule',
    details: [
      'Applies the rules of user_namespaces(7): a process has its effective capabilities in its own user namespace and in those below; the user who made a user namespace has all capabilities in it, when in its parent. For each type, nscope lists what setns(2) demands, whether the process meets it, and why; a process with several threads, or one that shares its root directory or memory, is refused some types. self stands for a command that nscope would start. A process as TARGET stands for all its namespaces.',
      'Security modules, seccomp filters, and the right to open the link in /proc are not considered.',
    ],
    arguments: [{ name: 'PID', meaning: 'the process that would act, or self' }, targetArgument],
    options: [
      { flags: '--cap NAME', meaning: 'ask for one capability, such as CAP_NET_ADMIN' },
      typeOption,
      jsonOption,
      wideOption,
      quietOption,
      noBpfOption,
    ],
    examples: [
      { command: 'nscope caps 812 net:blue', meaning: 'whether process 812 may enter or configure the network blue' },
      { command: 'nscope caps self 1 --cap sys_admin', meaning: 'where nscope would have CAP_SYS_ADMIN' },
    ],
    statuses: [
      ['0', 'it may enter or configure one of the namespaces; with --cap: it has the capability over one'],
      ['1', 'it may not'],
      failureOfAnswer,
      ['3', 'cannot be told'],
    ],
  },
  {
    name: 'why',
    summary: 'say why a namespace cannot be made or entered here, or what a command is refused',
    details: [
      'Tries to make each type of namespace in a child that changes nothing and ends at once: directly, and where that is refused in a new user namespace. Then tries what sandboxes do next: map the own id, and mount a new /proc. Of each refusal it names the gate in the kernel, what was seen, and the narrowest fix. A gate is named for certain only where it was established; where several may explain the answer, each is marked as likely.',
      'Gates: seccomp filters, several threads, kernel.unprivileged_userns_clone, the depth of user namespaces, user.max_*_namespaces, limits of tasks and of mounts, a chroot, ids without a place in the user namespace, AppArmor, SELinux, a missing capability and in which user namespace, the rules of id maps and of setgroups, a covered /proc, locked mounts, no_new_privs. docs/why.md explains each.',
      '--enter tries to enter namespaces that are there, and says which demand of setns(2) is not met.',
      'With a COMMAND, runs it under observation (ptrace(2)), and says which of its calls about namespaces were refused, by which gate. Its standard output goes to standard error; its exit status is reported, and is not that of nscope. Unless root observes it, setuid programs do not get their privileges; nscope says so where one was started.',
    ],
    arguments: [
      {
        name: 'COMMAND',
        meaning: 'a command to observe, and its arguments; -- may stand before it',
        optional: true,
        repeated: true,
      },
    ],
    options: [
      { ...typeOption, meaning: 'try only these types' },
      { flags: '--enter TARGET', meaning: 'say why the namespaces of TARGET cannot be entered' },
      jsonOption,
      wideOption,
      noBpfOption,
    ],
    examples: [
      { command: 'nscope why', meaning: 'which namespaces can be made here, and what refuses the others' },
      { command: 'nscope why --type net', meaning: 'network namespaces alone' },
      { command: 'nscope why --enter 812', meaning: 'why process 812 cannot be entered' },
      {
        command: 'nscope why -- bwrap --unshare-all --ro-bind / / --proc /proc true',
        meaning: 'what a sandbox is refused',
      },
    ],
    takesCommand: true,
    statuses: [['0', 'nothing is refused'], ['1', 'something is refused'], failureOfAnswer],
  },
] as const satisfies readonly Verb[];
