// Wires whose other end is in a network namespace in which nothing runs and that has no name: left over by what made them.
import { isKnown } from '../../model/snapshot/known.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import type { Namespace, Network, NetworkLink } from '../../model/snapshot/schema.ts';
import { describeHolders, describeOrigin, measureAge, nameHoldersCommand } from '../findings/describe-namespace.ts';
import { findEnginePins } from '../findings/engine-pins.ts';
import { reportRefusals } from '../findings/explain-refusals.ts';
import type { Finding } from '../findings/finding.ts';
import type { Rule, RuleInput } from '../findings/rule.ts';
import { judgeVacancy } from '../graph/vacancy.ts';
import { nameWorkload } from '../listing/workloads.ts';
import { formatCommand } from '../release/shell-words.ts';

/** More ends than these are counted. */
const maxNamed = 10;

export const wireIntoEmptyNamespace: Rule<'networks'> = {
  code: 'wire-into-empty-namespace',
  severity: 'note',
  title: 'veths into network namespaces in which nothing runs',
  means:
    'Whatever is sent into it reaches nobody. The near end stays a port of its bridge, with its name and index, until the namespace ends or the wire is deleted.',
  needs: ['networks'],
  find(input, report) {
    const { conditions, index, snapshot } = input;
    const names = new Map(conditions.networks.flatMap(listNames));
    let unread = 0;
    let unsure = 0;
    for (const { inode, links } of conditions.networks) {
      const namespace = index.namespace('net', inode);
      if (!namespace || isNamed(namespace)) continue;
      const vacancy = judgeVacancy(namespace, index);
      if (vacancy === 'inhabited') continue;
      if (!isKnown(links)) {
        unread++;
        continue;
      }
      const wires = links.filter(({ kind, peer }) => kind === 'veth' && peer && peer.inode !== inode);
      if (wires.length === 0) continue;
      if (vacancy === 'not-known') unsure++;
      else report.add(describe(namespace, wires, names, input));
    }
    if (unread > 0) report.undecided(`the links of ${unread} network namespaces without a process could not be read`);
    if (unsure > 0) report.undecided(`in ${unsure} network namespaces with a veth processes may be that were not seen`);
    reportRefusals(snapshot, 'networks', report);
  },
};

/**
 * Who named it, as ip netns and the networks of Docker Swarm, means it to be there without a process. The pin of an engine
 * is the name of a workload: of one that runs a process is inside.
 */
function isNamed(namespace: Namespace): boolean {
  const pins = findEnginePins(namespace);
  if (pins.length > 0) return pins.some(({ mayWait }) => mayWait);
  // A mount that was detached, as an open file keeps one, has no path.
  return (
    namespace.names.length > 0 ||
    namespace.holders.some((holder) => holder.kind === 'bind-mount' && isKnown(holder.path))
  );
}

function listNames({ inode, links }: Network): [place: string, name: string][] {
  return isKnown(links) ? links.map(({ index, name }) => [`${inode} ${index}`, name]) : [];
}

function describe(
  namespace: Namespace,
  wires: readonly NetworkLink[],
  names: ReadonlyMap<string, string>,
  { index, snapshot, takenAtMs }: RuleInput<'networks'>,
): Omit<Finding, 'code'> {
  const { type, inode } = namespace;
  const where = formatNamespace(type, inode);
  const own = snapshot.host.vantage.namespaces.net;
  const ends = wires.map(({ name, peer }) => {
    const at = peer?.inode;
    const near = names.get(`${at} ${peer?.index}`);
    const workload = typeof at === 'number' ? index.workloadsOf('net', at)?.[0] : undefined;
    const whose = workload ? `, ${nameWorkload(workload)}` : '';
    const place = typeof at === 'number' ? `${formatNamespace('net', at)}${whose}` : 'a namespace that is not known';
    return { name, near, isHere: at === own, text: `${name} leads to ${near ?? `ifindex ${peer?.index}`} in ${place}` };
  });
  const deletable = ends.flatMap(({ near, isHere }) => (isHere && near !== undefined ? [near] : []));
  return {
    severity: 'note',
    subjects: [{ kind: 'namespace', type, inode }],
    says: `${ends.length === 1 ? 'a veth leads' : `${ends.length} veths lead`} into ${where}, where nothing runs`,
    seen: [
      ...ends.slice(0, maxNamed).map(({ text }) => text),
      ...(ends.length > maxNamed ? [`and ${ends.length - maxNamed} more`] : []),
      ...describeOrigin(namespace, index, measureAge(namespace, takenAtMs)),
      ...describeHolders(namespace, index),
    ],
    fixes: [
      { text: `end the namespace: ${nameHoldersCommand(namespace)} gives the command for each holder` },
      ...(deletable.length > 0
        ? [
            {
              text: 'or delete the wires, both ends of each',
              command: deletable
                .slice(0, maxNamed)
                .map((near) => formatCommand(['ip', 'link', 'delete', 'dev', near]))
                .join(' && '),
            },
          ]
        : []),
    ],
  };
}
