// Network devices of the machine in a network namespace in which nothing runs any more: the host misses them.
import { isKnown } from '../../model/snapshot/known.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import type { LinkList, Namespace } from '../../model/snapshot/schema.ts';
import { describeHolders, describeOrigin, measureAge, nameHoldersCommand } from '../findings/describe-namespace.ts';
import { reportRefusals } from '../findings/explain-refusals.ts';
import type { Fix } from '../findings/finding.ts';
import type { Rule, RuleInput } from '../findings/rule.ts';
import { judgeVacancy } from '../graph/vacancy.ts';
import { formatCommand } from '../release/shell-words.ts';

export const deviceInEndedNamespace: Rule<'linkLists'> = {
  code: 'device-in-ended-namespace',
  severity: 'warning',
  title: 'network devices of the machine in a namespace in which nothing runs',
  means: 'The host does not see the device. It comes back when the network namespace ends, or when it is moved.',
  needs: ['linkLists'],
  find(input, report) {
    const { conditions, index, snapshot } = input;
    let unread = 0;
    let unsure = 0;
    for (const { inode, links } of conditions.linkLists) {
      const namespace = index.namespace('net', inode);
      if (!namespace) continue;
      const vacancy = judgeVacancy(namespace, index);
      if (vacancy === 'inhabited') continue;
      if (!isKnown(links)) {
        unread++;
        continue;
      }
      const devices = listDevices(links);
      if (devices === undefined) unread++;
      else if (devices.length > 0 && vacancy === 'not-known') unsure++;
      else if (devices.length > 0) report.add(describe(namespace, devices, input));
    }
    if (unread > 0)
      report.undecided(
        `of ${unread} network namespaces without a process the links, or what is behind them, could not be read`,
      );
    if (unsure > 0)
      report.undecided(`in ${unsure} network namespaces with a device processes may be that were not seen`);
    reportRefusals(snapshot, 'linkLists', report);
  },
};

/** Names of those of the machine; undefined where of one it is not known and none is found. */
function listDevices(links: Exclude<LinkList['links'], { unknown: unknown }>): string[] | undefined {
  const devices = links.flatMap(({ name, physical }) => (physical === true ? [name] : []));
  return devices.length === 0 && links.some(({ physical }) => !isKnown(physical)) ? undefined : devices;
}

function describe(namespace: Namespace, devices: readonly string[], { index, takenAtMs }: RuleInput<'linkLists'>) {
  const { type, inode } = namespace;
  return {
    severity: 'warning' as const,
    subjects: [{ kind: 'namespace' as const, type, inode }],
    says: `${devices.join(', ')} of this machine ${devices.length > 1 ? 'are' : 'is'} in ${formatNamespace(type, inode)}, where nothing runs`,
    seen: [
      'it has no process',
      ...describeOrigin(namespace, index, measureAge(namespace, takenAtMs)),
      ...describeHolders(namespace, index),
    ],
    fixes: [
      ...devices.flatMap((device) => planReturn(device, namespace)),
      { text: `or end the namespace: ${nameHoldersCommand(namespace)} gives the command for each holder` },
    ],
  };
}

/** Into the network namespace of the host's init. */
function planReturn(device: string, { names, holders }: Namespace): Fix[] {
  const move = ['ip', 'link', 'set', 'dev', device, 'netns', '1'];
  const name = names.find(({ kind }) => kind === 'ip-netns');
  const fd = holders.find((holder) => holder.kind === 'fd');
  const path = names[0]?.path ?? (fd && `/proc/${fd.pid}/fd/${fd.fd}`);
  if (path === undefined) return [];
  const words = name ? ['ip', '-n', name.name, ...move.slice(1)] : ['nsenter', `--net=${path}`, ...move];
  return [{ text: `move ${device} back to the host`, command: formatCommand(words) }];
}
