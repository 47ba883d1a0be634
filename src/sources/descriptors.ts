// Which namespaces do open descriptors hold? The links of /proc/PID/fd: proc_pid_fd(5).
import { isNamespaceType } from '../model/namespace-types.ts';
import type { Source, SourceContext } from './source.ts';

export const descriptors: Source = {
  name: 'descriptors',
  question: 'which namespaces do open descriptors hold?',
  skip: (context) => context.skipHolders() ?? (context.filesByBpf() ? 'read from the kernel, with BPF' : undefined),
  run(context: SourceContext): void {
    for (const { pid, tid, errno, links } of context.descriptors()) {
      context.asked();
      if (errno !== undefined) {
        if (errno !== 'ENOENT' && errno !== 'ESRCH') context.refused('open descriptors', errno, `/proc/${pid}/fd`);
        continue;
      }
      for (const { name: fd, text } of links) {
        const match = /^([a-z]+):\[(\d+)\]$/.exec(text);
        if (match?.[1] && isNamespaceType(match[1]))
          context.emit({
            fact: 'holder',
            type: match[1],
            inode: Number(match[2]),
            holder: Object.freeze({ kind: 'fd', pid, fd, ...(tid === undefined ? {} : { tid }) }),
          });
      }
    }
  },
};
