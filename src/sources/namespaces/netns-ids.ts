// The number that nscope's own network namespace has for each other one. RTM_GETNSID of rtnetlink(7): ip-netns(8)
// list-id.
import { loadAddon } from '../../kernel/addon/addon.ts';
import { attempt } from '../../kernel/files/files.ts';
import { RouteSocket } from '../../kernel/net/netlink.ts';
import { closeNamespace } from '../../kernel/nsfs/nsfs.ts';
import { openFound } from '../../kernel/nsfs/open-namespace.ts';
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import type { FoundNamespace } from '../contract/inputs.ts';
import { outOfReach } from '../contract/reasons.ts';
import type { Report, Source } from '../contract/source.ts';

export const netnsIds: Source<'wanted' | 'namespaces'> = {
  name: 'netns-ids',
  question: "which number does nscope's own network namespace have for each other one?",
  skip({ wanted }) {
    if (!wanted.attributes) return 'attributes were not asked for';
    const result = loadAddon();
    return 'missing' in result ? result.missing : undefined;
  },
  run({ namespaces }, report) {
    const socket = attempt(() => new RouteSocket());
    if (!isKnown(socket)) {
      report.refused('the numbers of network namespaces', socket.errno ?? '', 'netlink');
      return;
    }
    try {
      // Mostly there are none, and nothing needs to be opened to know that.
      const count = attempt(() => socket.countNsids());
      let left = isKnown(count) ? count : Number.POSITIVE_INFINITY;
      for (const namespace of namespaces.list()) {
        if (namespace.type !== 'net') continue;
        const netnsid = left === 0 ? null : ask(report, socket, namespace);
        if (typeof netnsid === 'number') left--;
        report.emit({ fact: 'namespace', type: 'net', inode: namespace.inode, netnsid });
      }
    } finally {
      socket.close();
    }
  },
};

/** A namespace that nothing leads to has not ended for that. */
function ask(report: Report, socket: RouteSocket, namespace: FoundNamespace): Known<number | null> {
  report.asked();
  const open = openFound(namespace);
  if (!isKnown(open)) return namespace.paths.length === 0 && namespace.id === undefined ? outOfReach : open;
  try {
    return attempt(() => socket.readNsid(open.fd) ?? null);
  } finally {
    closeNamespace(open);
  }
}
