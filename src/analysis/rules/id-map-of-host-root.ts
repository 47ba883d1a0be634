// User namespaces that map the host's root: user_namespaces(7).

import { findHostInode } from '../../model/snapshot/host-inode.ts';
import type { Rule } from '../findings/rule.ts';
import { describeUserNamespace, type IdKind, listMappedRanges, type MappedRange } from '../graph/mapped-ids.ts';

export const idMapOfHostRoot: Rule<never> = {
  code: 'id-map-of-host-root',
  severity: 'warning',
  title: "user namespaces that map the host's root",
  means:
    'A process with that id owns the files of root on the host, though it has no capabilities there: it can write to each that it gets at. Where another id than 0 is mapped to it, even a user inside who is not root has them.',
  needs: [],
  find({ snapshot, index }, report) {
    if (findHostInode(snapshot, 'user') !== snapshot.host.vantage.namespaces.user) {
      report.undecided('nscope is not in the user namespace of the host, and sees other ids');
      return;
    }
    const found = new Map<number, Partial<Record<IdKind, MappedRange>>>();
    for (const kind of ['uid', 'gid'] as const)
      for (const range of listMappedRanges(index, kind)) {
        if (range.first !== 0) break;
        const { inode } = range.namespace;
        found.set(inode, { ...found.get(inode), [kind]: range });
      }
    for (const [inode, ranges] of found) {
      const maps = [ranges.uid, ranges.gid].filter((range) => range !== undefined);
      const [{ namespace }] = maps as [MappedRange];
      const other = maps.find(({ mapping }) => mapping.inside !== 0);
      const what = describeUserNamespace(namespace, index);
      report.add({
        severity: other ? 'warning' : 'note',
        subjects: [{ kind: 'namespace', type: 'user', inode }],
        says: other
          ? `in ${what} ${other.kind} ${other.mapping.inside} is the host's root`
          : `in ${what} root is the host's root`,
        seen: maps.map(
          ({ kind, mapping: { inside, count } }) =>
            `${kind} ${inside} there is ${kind} 0 here, ${count} ids from there on`,
        ),
        fixes: [
          {
            text: 'give it a range that nobody else has: podman run --userns=auto, systemd-nspawn --private-users=pick, unshare --map-users=auto; a map that is written cannot be changed',
          },
        ],
      });
    }
  },
};
