// What keeps processes from being seen here? Mount options of /proc, nscope's pid namespace, refused links: proc(5).
import { loadAddon } from '../kernel/addon.ts';
import { readProcMount } from '../kernel/host.ts';
import type { NamespaceInodes } from '../model/facts.ts';
import { isKnown } from '../model/known.ts';
import { namespaceTypeFacts } from '../model/namespace-types.ts';
import type { Source, SourceContext } from './source.ts';

/** CAP_SYS_PTRACE of capabilities(7), with which the links of other users' processes can be read. */
const capSysPtrace = 1n << 19n;

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
  },
};

function tellHiddenProcesses(context: SourceContext): void {
  context.asked();
  const hidden = /(?:^|,)hidepid=(\w+)/.exec(readProcMount()?.superOptions ?? '')?.[1];
  if (hidden === undefined || hidden === '0' || hidden === 'off' || mayTrace(context)) return;
  context.limit(
    hidden === '1' || hidden === 'noaccess'
      ? `/proc is mounted with hidepid=${hidden}: the files of other users' processes are refused`
      : `/proc is mounted with hidepid=${hidden}: other users' processes do not appear at all`,
    'run as root',
  );
}

function tellForeignPidNamespace(context: SourceContext): void {
  context.asked();
  const { procPidNamespace } = context.host.vantage;
  if (isKnown(procPidNamespace) && procPidNamespace === namespaceTypeFacts.pid.initialInode) return;
  const shown = isKnown(procPidNamespace) ? `pid:[${procPidNamespace}]` : 'a pid namespace above this one';
  if (isKnown(procPidNamespace))
    context.limit(
      `/proc shows ${shown}, a child pid namespace: processes outside it are invisible`,
      'run in the initial pid namespace',
    );
}

function tellRefusedLinks(context: SourceContext): void {
  let refused = 0;
  let first = 0;
  let errno = '';
  // Equal sets are one object, so this looks into a few of them.
  const refusals = new Map<NamespaceInodes, string | undefined>();
  for (const { pid, namespaces } of context.processes()) {
    if (!refusals.has(namespaces)) refusals.set(namespaces, findRefusal(namespaces));
    const found = refusals.get(namespaces);
    if (found === undefined) continue;
    if (refused++ === 0) first = pid;
    errno = found;
  }
  if (refused === 0) return;
  const whose = refused === 1 ? `process ${first}` : `${refused} processes (the first: ${first})`;
  context.limit(
    mayTrace(context)
      ? `the namespace links of ${whose} are refused (${errno}) even to root: a security module or sandbox of this host guards them`
      : `the namespace links of ${whose} are refused (${errno})`,
    ...(mayTrace(context) ? [] : ['run as root']),
  );
}

/** The errno with which a link was refused. */
function findRefusal(namespaces: NamespaceInodes): string | undefined {
  for (const link of Object.values(namespaces))
    if (!isKnown(link) && link.unknown === 'denied') return link.errno ?? '';
  return undefined;
}

function mayTrace(context: SourceContext): boolean {
  return (BigInt(`0x${context.host.vantage.capabilities}`) & capSysPtrace) !== 0n;
}
