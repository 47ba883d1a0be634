// What a TARGET is: said once, for `nscope help target` and the manual page.

export const targetTopic = 'target';

export const targetSummary = 'A TARGET names one thing on this host: a process, a namespace or a workload';

/** A form in which a TARGET is written, and what it leads to. */
export interface TargetForm {
  readonly form: string;
  readonly meaning: string;
}

interface TargetForms {
  readonly title: string;
  readonly forms: readonly TargetForm[];
}

export const targetForms: readonly TargetForms[] = [
  {
    title: 'A process',
    forms: [
      { form: '812', meaning: 'the process or thread with this PID, as nscope sees it' },
      { form: 'self', meaning: 'nscope itself, which is in the namespaces of your shell' },
      { form: '/proc/812', meaning: 'the same as 812' },
      {
        form: '812:31337',
        meaning:
          'process 812, if its pidfd has this inode number, as getino(1) prints it; refused when the PID belongs to another process now',
      },
    ],
  },
  {
    title: 'A namespace',
    forms: [
      { form: 'net:[4026532992]', meaning: 'by type and inode number, as in the links of /proc/PID/ns' },
      { form: '4026532992', meaning: 'by inode number alone, as in the listings' },
      { form: 'net:blue', meaning: 'by type and name: of ip netns, of a bind mount, or the host name of uts:NAME' },
      { form: 'net:812, net:self', meaning: 'the one that a process is in; a name that is a number comes first' },
      { form: '/run/netns/blue', meaning: 'by the path of a file that it is mounted on' },
      { form: '/proc/812/ns/net', meaning: 'by a link of a process or of a thread' },
      {
        form: 'id:5121, :5121',
        meaning: 'by the 64-bit id of the kernel, which is not used again until the next boot',
      },
      { form: 'nsid:7', meaning: 'by its number in your network namespace, as in ip netns list-id' },
    ],
  },
  {
    title: 'A workload',
    forms: [
      { form: 'docker:web', meaning: 'a container, sandbox or unit by engine and name: see nscope workloads' },
      { form: 'podman:86de12', meaning: 'a container by the first digits of its id, three or more' },
    ],
  },
  {
    title: 'A bare name',
    forms: [{ form: 'blue', meaning: 'whatever is called so: a namespace, a host, a workload or a process' }],
  },
];

export const targetDetails: readonly string[] = [
  'A bare name must lead to one thing. nscope looks at the names of namespaces, host names, workloads and names of processes, and refuses a name that leads to several things, with the list of them: each line begins with a TARGET that leads to that one alone. No kind comes before another, since any user can give a process or a host the name of something else. Three things count as one: a network of ip netns and its namespace, a workload and the host name in it, a workload and the processes in it. In scripts, write the form with a type or an engine.',
  'Where a verb works on namespaces, a process stands for the namespaces that it is in, and a workload for those that it has and the host does not. Where a verb works on processes, a namespace or a workload stands for the processes in it.',
  "A tilde that was copied from a listing is ignored: ~docker:web is docker:web. Brackets are quoted for the shell: 'net:[4026532992]'.",
  'Without a verb, nscope shows the TARGET: nscope 812 is nscope show 812. A word that is a verb is always the verb: to show a process called top, write nscope show top.',
];
