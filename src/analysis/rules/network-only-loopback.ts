// Network namespaces with processes in them that have no link but lo: nothing in them reaches any other network.
import { isKnown } from '../../model/snapshot/known.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import type { Namespace } from '../../model/snapshot/schema.ts';
import type { Subject } from '../findings/finding.ts';
import type { Rule, RuleInput } from '../findings/rule.ts';
import { judgeVacancy } from '../graph/vacancy.ts';
import { nameWorkload } from '../listing/workloads.ts';

/** More than these are counted, not listed. */
const maxListed = 10;

export const networkOnlyLoopback: Rule<'linkLists'> = {
  code: 'network-only-loopback',
  severity: 'note',
  title: 'network namespaces with processes that have no link but lo',
  means:
    'Nothing in them reaches another network. That is meant where it was asked for (--network none, PrivateNetwork=yes), and a setup that was cut off where it was not.',
  needs: ['linkLists'],
  find(input, report) {
    const { conditions, index } = input;
    const found: Namespace[] = [];
    let unread = 0;
    for (const { inode, links } of conditions.linkLists) {
      const namespace = index.namespace('net', inode);
      if (!namespace || namespace.initial === true || judgeVacancy(namespace, index) !== 'inhabited') continue;
      if (!isKnown(links)) unread++;
      else if (links.length > 0 && links.every(({ name }) => name === 'lo')) found.push(namespace);
    }
    if (unread > 0) report.undecided(`the links of ${unread} network namespaces with processes could not be read`);
    if (found.length === 0) return;
    const [first] = found;
    const one = found.length === 1 && first ? formatNamespace('net', first.inode) : undefined;
    report.add({
      severity: 'note',
      subjects: found.map(({ inode }): Subject => ({ kind: 'namespace', type: 'net', inode })),
      says: one === undefined ? `${found.length} network namespaces have no link but lo` : `${one} has no link but lo`,
      seen: [
        ...found.slice(0, maxListed).map((namespace) => describe(namespace, input)),
        ...(found.length > maxListed ? [`and ${found.length - maxListed} more`] : []),
      ],
      fixes: [
        { text: 'where it should reach others, give it a link: ip link add type veth, or the network of its engine' },
      ],
    });
  },
};

function describe({ inode, processes }: Namespace, { index }: RuleInput<'linkLists'>): string {
  const { leader, count } = processes;
  const process = leader === null ? undefined : index.process(leader);
  const workload = leader === null ? undefined : index.workloadOf(leader);
  const who = process ? `process ${process.pid} (${process.comm})` : `process ${leader ?? '?'}`;
  const more = count > 1 ? ` and ${count - 1} more` : '';
  return `${formatNamespace('net', inode)}: ${who}${more}${workload ? `, ${nameWorkload(workload)}` : ''}`;
}
