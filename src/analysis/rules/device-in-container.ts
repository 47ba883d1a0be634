// Network devices of the machine in the network namespace of something that runs: the host does not see them.
import { isKnown } from '../../model/snapshot/known.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import type { Namespace, NetworkLink } from '../../model/snapshot/schema.ts';
import { reportRefusals } from '../findings/explain-refusals.ts';
import type { Finding } from '../findings/finding.ts';
import type { Rule, RuleInput } from '../findings/rule.ts';
import { judgeVacancy } from '../graph/vacancy.ts';
import { nameWorkload } from '../listing/workloads.ts';
import { formatCommand } from '../release/shell-words.ts';

export const deviceInContainer: Rule<'networks'> = {
  code: 'device-in-container',
  severity: 'note',
  title: 'network devices of the machine in the network namespace of something that runs',
  means:
    'That is meant where it was asked for (LXC phys, the plugin host-device, SR-IOV). The host does not see the device, and gets it back when the network namespace ends.',
  needs: ['networks'],
  find(input, report) {
    const { conditions, index, snapshot } = input;
    let unread = 0;
    for (const { inode, links } of conditions.networks) {
      const namespace = index.namespace('net', inode);
      if (!namespace || namespace.host === true || namespace.initial === true) continue;
      // Where nothing runs another rule looks.
      if (judgeVacancy(namespace, index) !== 'inhabited') continue;
      if (!isKnown(links)) {
        unread++;
        continue;
      }
      const devices = links.filter(({ device }) => device !== undefined);
      if (devices.length > 0) report.add(describe(namespace, devices, input));
    }
    if (unread > 0) report.undecided(`the links of ${unread} network namespaces with processes could not be read`);
    reportRefusals(snapshot, 'networks', report);
  },
};

function describe(
  { type, inode, processes }: Namespace,
  devices: readonly NetworkLink[],
  { index }: RuleInput<'networks'>,
): Omit<Finding, 'code'> {
  const { leader } = processes;
  const workload = leader === null ? undefined : index.workloadOf(leader);
  const process = leader === null ? undefined : index.process(leader);
  const whose = workload ? ` of ${nameWorkload(workload)}` : '';
  const names = devices.map(({ name }) => name).join(', ');
  return {
    severity: 'note',
    subjects: [
      { kind: 'namespace', type, inode },
      ...(process ? [{ kind: 'process' as const, pid: process.pid }] : []),
      ...(workload ? [{ kind: 'workload' as const, engine: workload.engine, id: workload.id }] : []),
    ],
    says: `${names} of this machine ${devices.length > 1 ? 'are' : 'is'} in ${formatNamespace(type, inode)}${whose}`,
    seen: [
      ...devices.map(({ name, device, state }) => `${name} is the device ${device ?? ''}, ${state}`),
      ...(process ? [`process ${process.pid} (${process.comm}) is in it`] : []),
    ],
    fixes: devices.map(({ name }) => ({
      text: `where that was not meant, move ${name} back to the host`,
      ...(process && {
        command: formatCommand([
          'nsenter',
          `--net=/proc/${process.pid}/ns/net`,
          ...['ip', 'link', 'set', 'dev', name, 'netns', '1'],
        ]),
      }),
    })),
  };
}
