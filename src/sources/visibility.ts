// What keeps processes from being seen here? Mount options of /proc, nscope's pid namespace, refused links: proc(5).
import { loadAddon } from '../kernel/addon/addon.ts';
import { readProcMount } from '../kernel/own/host.ts';
import type { NamespaceInodes } from '../model/facts/facts.ts';
import { isCapable } from '../model/snapshot/capabilities.ts';
import { fileKinds, keptKinds, taskKinds } from '../model/snapshot/holder-kinds.ts';
import { isKnown } from '../model/snapshot/known.ts';
import { namespaceTypeFacts } from '../model/snapshot/namespace-types.ts';
import type { Source, SourceContext } from './source.ts';

export const visibility: Source = {
  name: 'visibility',
  question: 'what keeps processes from being seen here?',
  run(context: SourceContext): void {
    const result = loadAddon();
    if ('missing' in result)
      context.limit(`owners, parents, ids and uts names were not read: ${result.missing}`, 'the addon of nscope');
    tellHiddenProcesses(context);
    tellForeignPidNamespace(context);
    tellRefusedLinks(context);
    tellUnbornChildren(context);
  },
};

const asHostRoot = 'run as root of the host';

function tellHiddenProcesses(context: SourceContext): void {
  context.asked();
  const hidden = /(?:^|,)hidepid=(\w+)/.exec(readProcMount()?.superOptions ?? '')?.[1];
  if (hidden === undefined || hidden === '0' || hidden === 'off' || mayTrace(context)) return;
  if (hidden === '1' || hidden === 'noaccess')
    context.limit(
      `/proc is mounted with hidepid=${hidden}: the files of other users' processes are refused`,
      asHostRoot,
    );
  else {
    const what = `/proc is mounted with hidepid=${hidden}: other users' processes do not appear at all`;
    context.limit(what, asHostRoot);
    context.searched([...taskKinds, ...fileKinds, ...keptKinds], what, 'of-other-users');
  }
}

/** What is in a pid namespace above, or beside, can be seen from the initial one alone. */
function tellForeignPidNamespace(context: SourceContext): void {
  context.asked();
  const { procPidNamespace } = context.host.vantage;
  if (isKnown(procPidNamespace)) {
    if (procPidNamespace === namespaceTypeFacts.pid.initialInode) return;
  } else if (seesKernelThreads(context)) return;
  const shown = isKnown(procPidNamespace) ? `pid:[${procPidNamespace}]` : 'a pid namespace above that of nscope';
  const what = `/proc shows ${shown}, a child pid namespace: processes outside it are invisible`;
  context.limit(what, 'run in the initial pid namespace');
  context.searched([...taskKinds, ...fileKinds, ...keptKinds], what, 'outside-pid-namespace');
}

/** They are in the initial pid namespace alone: kthreadd is the second task of every boot. */
function seesKernelThreads(context: SourceContext): boolean {
  for (const { pid, ppid, kernelThread } of context.processes()) if (pid === 2) return kernelThread && ppid === 0;
  return false;
}

function tellRefusedLinks(context: SourceContext): void {
  const refused = context
    .tasksInPart((namespaces) => findRefusal(namespaces) !== undefined)
    .filter(({ pid, tid }) => pid === tid);
  const [first] = refused;
  if (!first) return;
  const errno = findRefusal(first.namespaces);
  const whose = refused.length === 1 ? `process ${first.pid}` : `${refused.length} processes (the first: ${first.pid})`;
  const what = `the namespace links of ${whose} are refused (${errno})`;
  context.searched(taskKinds, what);
  if (mayTrace(context)) context.limit(`${what} even to root: a security module or sandbox of this host guards them`);
  else context.limit(what, asHostRoot);
}

/** The errno with which a link was refused. */
function findRefusal(namespaces: NamespaceInodes): string | undefined {
  for (const link of Object.values(namespaces))
    if (!isKnown(link) && link.unknown === 'denied') return link.errno ?? '';
  return undefined;
}

/** Before Linux 7.1 /proc has no link to a pid namespace for children that has had no init yet; BPF sees it. */
function tellUnbornChildren(context: SourceContext): void {
  // A task that has ended has no links at all.
  const unborn = context.tasksInPart(
    ({ pid_for_children: link, net }) => !isKnown(link) && link.unknown === 'gone' && isKnown(net),
  );
  const [first] = unborn;
  if (first)
    context.searched(
      ['for-children'],
      `/proc does not show where the children of ${unborn.length} processes will be (${first.pid})`,
    );
}

function mayTrace(context: SourceContext): boolean {
  return isCapable(context.host.vantage, 'CAP_SYS_PTRACE');
}
