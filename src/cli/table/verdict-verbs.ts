// The verbs that say what is wrong.
import { severities } from '../../analysis/findings/finding.ts';
import { conditionsOnDemand } from '../../model/snapshot/wanted.ts';
import { failureOfAnswer } from '../help/exit-statuses.ts';
import {
  fromOption,
  jsonOption,
  noBpfOption,
  quietOption,
  rowOptions,
  wideOption,
} from '../options/reading-options.ts';
import { targetArgument } from '../options/target-argument.ts';
import type { ColumnMeaning, Verb, VerbOption } from '../options/verb.ts';

/** What a whole snapshot is read with. */
const everyProgram = ['namespaces', 'tasks', 'files', 'queues', 'superblocks'] as const;

async function loadAuditColumns(): Promise<readonly ColumnMeaning[]> {
  return (await import('../../render/columns/audit-columns.ts')).auditColumns;
}

/** Which rules run, and what their findings mean for the exit status. */
const ruleOptions = [
  { flags: '--only CODE,...', meaning: 'only these rules' },
  { flags: '--ignore CODE,...', meaning: 'all rules but these' },
  {
    flags: '--fail-on SEVERITY',
    meaning: 'from which severity on the exit status is 1 (usually warning); never: always 0',
    choices: [...severities, 'never'],
  },
] as const satisfies readonly VerbOption[];

export const verdictVerbs = [
  {
    name: 'doctor',
    summary: 'say what is wrong here: leaks, stale files, broken isolation; with the fix',
    details: [
      'Runs rules over everything that snapshot reads. Each finding has a stable code, a severity, what was seen, what it means, and what fixes it; nscope never runs the fix. note is worth knowing, warning is wrong or will be, error fails now. docs/findings has a page for each code.',
      'A rule that could not be decided is named on standard error with the reason: silence of such a rule does not mean health.',
      'Some rules need what is large: all mounts of every mount namespace, or what every network namespace has. They run with --with mounts,networks, where --only names them, and for a snapshot that was saved with it; else the last line says how many were not asked.',
      'With a TARGET, only findings about that namespace, process or workload.',
    ],
    arguments: [{ ...targetArgument, optional: true }],
    options: [
      ...ruleOptions,
      { flags: '--rules', meaning: 'list the rules, and what each needs' },
      { flags: '--with WHAT,...', meaning: 'also rules that need what is large', choices: conditionsOnDemand },
      jsonOption,
      wideOption,
      quietOption,
      noBpfOption,
      fromOption,
    ],
    examples: [
      { command: 'nscope doctor', meaning: 'what is wrong on this host' },
      { command: 'nscope doctor --with mounts,networks', meaning: 'also leaked mounts and wires' },
      { command: 'nscope doctor docker:web', meaning: 'what is wrong with one container' },
      { command: 'nscope doctor --fail-on error --json', meaning: 'for a timer or a check' },
      { command: 'nscope doctor --from host.json', meaning: 'what was wrong when a snapshot was taken' },
    ],
    statuses: [
      ['0', 'nothing of that severity was found'],
      ['1', 'something was found'],
      failureOfAnswer,
      ['3', 'nothing was found, and a rule that could have found something was not decided'],
    ],
    reads: everyProgram,
  },
  {
    name: 'audit',
    summary: 'show what containers and sandboxes share with the host, and judge it by a policy',
    details: [
      'A row for each container, machine and sandbox, and each unit of systemd with namespaces of its own; a column for each type of namespace: own, host (all processes are in that of the host), partly (some are), shared (with other workloads). Further columns have its capabilities, seccomp, no_new_privs (NNP), and whether /proc is masked and /sys is writable. All of it is read of the processes that run, and not of what an engine was told.',
      'Below the table are the rules of the policy that are broken, and by whom. The default policy follows the controls of the CIS benchmarks for Docker and Kubernetes that can be seen in what runs; docs/audit.md lists it. With a workload as TARGET, or a process of one, a page with everything about it.',
      '--policy FILE takes rules of your own: JSON with "rules", each with "name", "severity", "when" (a CEL expression over the columns, true where the rule is broken) and "message". "extends": "default" adds them to the default ones.',
      'A rule that could not be decided for a workload, since what it asks is not known, is named on standard error with the reason.',
    ],
    arguments: [{ ...targetArgument, optional: true }],
    options: [
      { flags: '--policy FILE', meaning: 'judge by the rules in FILE (- for standard input)', completes: 'file' },
      ...ruleOptions,
      { flags: '--rules', meaning: 'list the rules of the policy' },
      {
        flags: '--sarif[=FILE]',
        meaning: 'write the findings as SARIF 2.1.0: into FILE, or alone to standard output',
        completes: 'file',
      },
      { flags: '-a, --all', meaning: 'also units of systemd without a namespace of their own' },
      ...rowOptions,
    ],
    examples: [
      { command: 'nscope audit', meaning: 'all workloads by the default policy' },
      { command: 'nscope audit docker:web', meaning: 'everything about one container' },
      { command: `nscope audit --filter 'netns == "host"'`, meaning: 'only those in the network of the host' },
      { command: 'nscope audit --policy rules.json --sarif=audit.sarif', meaning: 'for a check of code scanning' },
    ],
    columns: loadAuditColumns,
    statuses: [
      ['0', 'no rule of that severity is broken'],
      ['1', 'a rule is broken'],
      failureOfAnswer,
      ['3', 'none is broken, and one could not be decided'],
    ],
    reads: everyProgram,
  },
  {
    name: 'busy',
    summary: 'show why a mount, device or file system is busy, and what to release in which order',
    details: [
      'Gives two verdicts. The first is about umount(8): what uses this very mount, or a copy of it that propagation would unmount as well, and what is mounted below it, since umount says EBUSY for these. The second is about the file system or the device: every mount of it in every mount namespace, those without processes as well, what is open on mounts that were detached lazily (umount -l), loop devices and swap areas, overlays with a layer in it, and devices that are made of it.',
      'After each come the commands that release it, in the order that works. nscope runs none of them. A command ends a process or stops a container by its engine’s command, unmounts what lies below, unmounts copies in other mount namespaces, turns swap off, gives a loop device back. What ends by an earlier step is not listed again, so follow one list from its first to its last line.',
      'A path means the mount that it lies on. A device may be written as a path, as major:minor or as UUID=, LABEL=, PARTUUID= or PARTLABEL=; major:minor also names a file system without a device, such as a tmpfs or an overlay. A number means a mount, by its id in mountinfo or by the one that statmount(2) takes. --in says in which mount namespace a path is meant, and umount would be called.',
      'Without BPF, files in the queues of unix sockets and sockets that are bound to a name are not seen. Without privilege other users’ processes are not looked into. Remarks on standard error say what was not looked at.',
    ],
    arguments: [
      { name: 'WHAT', meaning: 'a path, a device, the id of a mount, or major:minor of a file system or device' },
    ],
    options: [
      { flags: '--in TARGET', meaning: 'in the mount namespace of this process, workload or namespace' },
      jsonOption,
      wideOption,
      quietOption,
      noBpfOption,
    ],
    examples: [
      { command: 'nscope busy /mnt/data', meaning: 'why umount /mnt/data says that it is busy' },
      { command: 'nscope busy /dev/loop0', meaning: 'what keeps a device' },
      { command: 'nscope busy --in docker:web /data', meaning: 'a mount of a container' },
      { command: 'nscope busy UUID=3f1e-2b7c', meaning: 'a device by its UUID' },
    ],
    statuses: [
      ['0', 'nothing keeps it'],
      ['1', 'something keeps it: the mount, or besides it the file system or device'],
      failureOfAnswer,
      ['3', 'nothing was seen that keeps it, and not all could be looked at'],
    ],
    noFrom:
      'nscope busy asks this host: a snapshot has no open, mapped and working files, and without them nothing could be called free; nscope mounts --from FILE shows who has it mounted',
    reads: [...everyProgram, 'mount-files', 'mount-tasks'],
  },
] as const satisfies readonly Verb[];
