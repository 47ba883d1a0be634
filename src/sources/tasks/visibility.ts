// What keeps processes from being seen here. Mount options of /proc, nscope's pid namespace, refused links: proc(5).
import { loadAddon } from '../../kernel/addon/addon.ts';
import { readProcMount } from '../../kernel/own/host.ts';
import type { NamespaceInodes } from '../../model/facts/facts.ts';
import { limits, sentences } from '../../model/facts/limits.ts';
import { isCapable } from '../../model/names/capabilities.ts';
import { fileKinds, keptKinds, taskKinds } from '../../model/snapshot/holder-kinds.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { namespaceTypeFacts } from '../../model/snapshot/namespace-types.ts';
import type { Inputs, TaskView } from '../contract/inputs.ts';
import type { Report, Source } from '../contract/source.ts';

export const visibility: Source<'host' | 'tasks'> = {
  name: 'visibility',
  question: 'what keeps processes from being seen here?',
  run({ host, tasks }, report) {
    const result = loadAddon();
    if ('missing' in result) report.limit(limits.addonMissing(result.missing));
    tellHiddenProcesses(host, report);
    tellForeignPidNamespace(host, tasks, report);
    tellRefusedLinks(host, tasks, report);
    tellUnbornChildren(tasks, report);
  },
};

function tellHiddenProcesses(host: Inputs['host'], report: Report): void {
  report.asked();
  const hidden = /(?:^|,)hidepid=(\w+)/.exec(readProcMount()?.superOptions ?? '')?.[1];
  if (hidden === undefined || hidden === '0' || hidden === 'off' || mayTrace(host)) return;
  if (hidden === '1' || hidden === 'noaccess') report.limit(limits.filesRefused(hidden));
  else {
    report.limit(limits.processesHidden(hidden));
    report.searched([...taskKinds, ...fileKinds, ...keptKinds], sentences.processesHidden(hidden), 'of-other-users');
  }
}

/** What is in a pid namespace above, or beside, can be seen from the initial one alone. */
function tellForeignPidNamespace(host: Inputs['host'], tasks: TaskView, report: Report): void {
  report.asked();
  const { procPidNamespace } = host.vantage;
  if (isKnown(procPidNamespace)) {
    if (procPidNamespace === namespaceTypeFacts.pid.initialInode) return;
  } else if (seesKernelThreads(tasks)) return;
  const shown = isKnown(procPidNamespace) ? `pid:[${procPidNamespace}]` : 'a pid namespace above that of nscope';
  report.limit(limits.processesOutside(shown));
  const what = sentences.processesOutside(shown);
  report.searched([...taskKinds, ...fileKinds, ...keptKinds], what, 'outside-pid-namespace');
}

/** They are in the initial pid namespace alone: kthreadd is the second task of every boot. */
function seesKernelThreads({ processes }: TaskView): boolean {
  for (const { pid, ppid, kernelThread } of processes) if (pid === 2) return kernelThread && ppid === 0;
  return false;
}

function tellRefusedLinks(host: Inputs['host'], tasks: TaskView, report: Report): void {
  const refused = tasks
    .inPartWhere((namespaces) => findRefusal(namespaces) !== undefined)
    .filter(({ pid, tid }) => pid === tid);
  const [first] = refused;
  if (!first) return;
  const errno = findRefusal(first.namespaces) ?? '';
  const pids = refused.map(({ pid }) => pid);
  report.searched(taskKinds, sentences.linksRefused(pids, errno));
  report.limit(limits.linksRefused(pids, errno, mayTrace(host)));
}

/** The errno with which a link was refused. */
function findRefusal(namespaces: NamespaceInodes): string | undefined {
  for (const link of Object.values(namespaces))
    if (!isKnown(link) && link.unknown === 'denied') return link.errno ?? '';
  return undefined;
}

/** Before Linux 7.1 /proc has no link to a pid namespace for children that has had no init yet; BPF sees it. */
function tellUnbornChildren(tasks: TaskView, report: Report): void {
  // A task that has ended has no links at all.
  const unborn = tasks.inPartWhere(
    ({ pid_for_children: link, net }) => !isKnown(link) && link.unknown === 'gone' && isKnown(net),
  );
  const [first] = unborn;
  if (first)
    report.searched(
      ['for-children'],
      `/proc does not show where the children of ${unborn.length} processes will be (${first.pid})`,
    );
}

function mayTrace({ vantage }: Inputs['host']): boolean {
  return isCapable(vantage, 'CAP_SYS_PTRACE');
}
