// Network namespaces that the kernel lists and nothing that was seen holds: what a namespace looks like that does not end,
// since one of its devices is still referred to ("unregister_netdevice: waiting for lo to become free").
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import type { Holder } from '../../model/snapshot/schema.ts';
import { describeOrigin, measureAge, nameHoldersCommand } from '../findings/describe-namespace.ts';
import type { Rule } from '../findings/rule.ts';
import { judgeVacancy } from '../graph/vacancy.ts';

export const networkNotEnding: Rule<never> = {
  code: 'network-not-ending',
  severity: 'note',
  title: 'network namespaces that nothing visible holds, and that are still there',
  means:
    'It may end in this moment, be held by what nobody can see (io_uring, a request under way), or be one whose end the kernel waits for. One snapshot does not tell them apart.',
  needs: [],
  find({ snapshot, index, takenAtMs }, report) {
    let hidden = 0;
    let why = '';
    for (const namespace of snapshot.namespaces) {
      const { type, inode, holders, names, holderCounts } = namespace;
      const kernel = holders.find((holder): holder is Extract<Holder, { kind: 'kernel' }> => holder.kind === 'kernel');
      if (type !== 'net' || !kernel || names.length > 0 || holderCounts.socket !== undefined) continue;
      const vacancy = judgeVacancy(namespace, index);
      if (vacancy === 'inhabited') continue;
      if (vacancy === 'not-known' || kernel.notSeen.length > 0) {
        hidden++;
        why = kernel.notSeen.join(', ');
        continue;
      }
      report.add({
        severity: 'note',
        subjects: [{ kind: 'namespace', type, inode }],
        says: `${formatNamespace(type, inode)} is likely not ending: the kernel lists it, and nothing that was seen holds it`,
        seen: [
          `ruled out: ${kernel.ruledOut.join(', ')}`,
          ...describeOrigin(namespace, index, measureAge(namespace, takenAtMs)),
        ],
        fixes: [
          {
            text: `look again in a minute: ${nameHoldersCommand(namespace)}; where it is still there, search the messages of the kernel for "unregister_netdevice: waiting for": the device named there is referred to by what has not ended`,
          },
        ],
      });
    }
    if (hidden > 0)
      report.undecided(
        `${hidden} network namespaces are listed by the kernel and held by nothing that was seen; not all was${why === '' ? '' : `: ${why}`}`,
      );
  },
};
