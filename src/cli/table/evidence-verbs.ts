// The verbs that conclude from evidence: their rows in the table of verbs.
import { failureOfAnswer } from './exit-statuses.ts';
import {
  fromOption,
  jsonOption,
  noBpfOption,
  noHeaderOption,
  quietOption,
  rowOptions,
  typeOption,
  wideOption,
} from './reading-options.ts';
import { targetArgument } from './target-argument.ts';
import type { ColumnMeaning, Verb } from './verb.ts';

async function loadWorkloadColumns(): Promise<readonly ColumnMeaning[]> {
  return (await import('../../render/columns/workload-columns.ts')).workloadColumns;
}

export const evidenceVerbs = [
  {
    name: 'workloads',
    summary: 'list containers, sandboxes and named networks, with or without their engine’s help',
    details: [
      'Lists what Docker, Podman, containerd, Kubernetes, LXC, systemd-nspawn, flatpak, bubblewrap, firejail, Chromium, mininet, OpenStack and ip netns run, and the units of systemd that have namespaces of their own.',
      'They are known by the paths of cgroups, by who runs them and by their command lines, which anybody may read; names and images come from the files of engines where they may be read, else from the sockets of daemons that run already. A tilde stands before what no engine confirms: any process can look like one. No daemon is started.',
    ],
    arguments: [],
    options: [{ flags: '-a, --all', meaning: 'also units of systemd without a namespace of their own' }, ...rowOptions],
    examples: [
      { command: 'nscope workloads', meaning: 'all of them' },
      { command: `nscope workloads --filter 'engine == "podman"' -o +id`, meaning: 'Podman’s, with their ids' },
    ],
    columns: loadWorkloadColumns,
  },
  {
    name: 'groups',
    summary: 'group processes by what anybody may read of their mounts, and say how well that works',
    details: [
      'Groups processes without any privilege: by a digest of /proc/PID/mounts, by one of /proc/PID/mountinfo, or by the ns control group that Linux 2.6.24 to 2.6.39 had, with its hierarchy. Processes in one group are probably in one mount namespace.',
      'Where the links in /proc/PID/ns can be read, the groups are held against them: how many pairs of processes are joined or apart rightly, wrongly split and wrongly joined. Equal mounts join namespaces that merely look alike; mountinfo splits off what is chrooted, which is pointed out.',
    ],
    arguments: [],
    options: [
      {
        flags: '--by METHOD',
        meaning: 'mountinfo (the usual one), mounts or cgroup',
        choices: ['mountinfo', 'mounts', 'cgroup'],
      },
      {
        flags: '--at DIR',
        meaning: 'where the ns control group is, instead of where /proc/mounts says',
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
      { command: 'nscope groups --by mounts', meaning: 'by the digest of mounts, which joins what looks alike' },
    ],
  },
  {
    name: 'compare',
    summary: 'show what a process, or the container around nscope, shares with the host',
    details: [
      'For each type: the namespace of the process, whether the host’s init is in the same one, and on what ground that is said. Where the links of the init are refused its place is inferred from what anybody may read; where it is out of sight, as in a container with a pid namespace of its own, the boot’s own namespaces stand for the host’s.',
      'A tilde marks what is likely and not certain, a question mark what cannot be told. nscope diff answers the same question for any two processes.',
    ],
    arguments: [{ name: 'PID', meaning: 'a process; nscope itself where none is given', optional: true }],
    options: [typeOption, jsonOption, noHeaderOption, quietOption, noBpfOption, fromOption],
    examples: [
      { command: 'nscope compare', meaning: 'inside a container: what it shares with the host' },
      { command: 'nscope compare 812', meaning: 'the same of process 812' },
    ],
  },
  {
    name: 'caps',
    summary: 'show what a process may do to a namespace, rule by rule',
    details: [
      'By the rules of user_namespaces(7): a process has its effective capabilities in its own user namespace and in those below; who made a user namespace has all of them in it, from its parent. What setns(2) demands for each type is listed with whether it is met and why; a process of several threads, or one that shares its root directory or memory, is refused some of them. self stands for a command that nscope would start. A process as TARGET stands for all the namespaces that it is in.',
      'Security modules, seccomp filters, and who may open the link in /proc are not looked at.',
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
      { command: 'nscope caps 812 net:blue', meaning: 'may process 812 enter or configure the one called blue' },
      { command: 'nscope caps self 1 --cap sys_admin', meaning: 'where nscope would have CAP_SYS_ADMIN' },
    ],
    statuses: [
      ['0', 'it may enter or configure one of the namespaces; with --cap: it has the capability over one'],
      ['1', 'it may not'],
      failureOfAnswer,
      ['3', 'cannot be told'],
    ],
  },
] as const satisfies readonly Verb[];
