// The namespaces that open descriptors hold. The links of /proc/PID/fd: proc_pid_fd(5).
import { limits, sentences } from '../../model/facts/limits.ts';
import { shownByBpfAlone } from '../../model/snapshot/holder-kinds.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { parseNamespaceName } from '../../parse/proc/namespace-name.ts';
import type { TaskView } from '../contract/inputs.ts';
import { skipDescriptors } from '../contract/reasons.ts';
import type { Source } from '../contract/source.ts';

export const descriptors: Source<'wanted' | 'namespaces' | 'tasks' | 'descriptors'> = {
  name: 'descriptors',
  question: 'which namespaces do open descriptors hold?',
  skip: skipDescriptors,
  run({ tasks, descriptors }, report) {
    const refused = new Map<number, string>();
    for (const { pid, tid, errno, links } of descriptors.tables()) {
      report.asked();
      // The links that could be read count even where others were refused.
      if (errno !== undefined && errno !== 'ENOENT' && errno !== 'ESRCH') {
        refused.set(pid, errno);
        report.refused('open descriptors', errno, `/proc/${pid}/fd`);
      }
      for (const { name: fd, text } of links) {
        const held = parseNamespaceName(text);
        if (held)
          report.emit({
            fact: 'holder',
            ...held,
            holder: Object.freeze({ kind: 'fd', pid, fd, ...(tid === undefined ? {} : { tid }) }),
          });
      }
    }
    report.searched(['fd']);
    if (!descriptors.readByBpf) report.searched(shownByBpfAlone, 'only BPF shows them');
    const [errno] = refused.values();
    if (errno === undefined) return;
    const pids = [...refused.keys()];
    report.searched(['fd', 'socket', 'tap'], sentences.descriptorsRefused(pids, errno));
    // Where the namespace links are refused as well, that is told, and says as much.
    if (hasReadableLinks(tasks, refused)) report.limit(limits.descriptorsRefused(pids, errno));
  },
};

function hasReadableLinks({ processes }: TaskView, pids: ReadonlyMap<number, string>): boolean {
  for (const { pid, namespaces } of processes) if (pids.has(pid) && isKnown(namespaces.user)) return true;
  return false;
}
