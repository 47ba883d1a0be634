// User namespaces that map the host's root: user_namespaces(7).

import { findHostInode } from '../../model/derived/host-inode.ts';
import type { Fix } from '../findings/finding.ts';
import type { Rule } from '../findings/rule.ts';
import { describeUserNamespace, type IdKind, listMappedRanges, type MappedRange } from '../graph/mapped-ids.ts';

/** So many of those with the same map are named. */
const maxNamed = 10;

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
    const alike = new Map<string, MappedRange[]>();
    for (const [inode, { uid, gid }] of found) {
      const maps = [uid, gid].filter((range) => range !== undefined);
      const [first] = maps as [MappedRange];
      const other = maps.find(({ mapping }) => mapping.inside !== 0);
      if (other) {
        const what = describeUserNamespace(other.namespace, index);
        const { kind, mapping } = other;
        report.add({
          severity: 'warning',
          subjects: [{ kind: 'namespace', type: 'user', inode }],
          says: `in ${what} ${kind} ${mapping.inside} is the host's root`,
          seen: maps.map(describeMap),
          fixes: [separate],
        });
        continue;
      }
      const key = maps.map(describeMap).join('\n');
      const others = alike.get(key);
      if (others) others.push(first);
      else alike.set(key, [first]);
    }
    for (const [maps, ranges] of alike) {
      const names = ranges.slice(0, maxNamed).map(({ namespace }) => describeUserNamespace(namespace, index));
      const [only] = names;
      report.add({
        severity: 'note',
        subjects: ranges.map(({ namespace: { inode } }) => ({ kind: 'namespace', type: 'user', inode })),
        says: `in ${ranges.length === 1 ? only : `${ranges.length} user namespaces`} root is the host's root`,
        seen: [
          ...(ranges.length === 1 ? [] : names),
          ...(ranges.length > maxNamed ? [`and ${ranges.length - maxNamed} more`] : []),
          ...maps.split('\n'),
        ],
        fixes: [separate],
      });
    }
  },
};

const separate: Fix = {
  text: 'give it a range that nobody else has: podman run --userns=auto, systemd-nspawn --private-users=pick, unshare --map-users=auto; a unit of systemd with PrivateUsers= can run as another user (User=, DynamicUser=); a map that is written cannot be changed',
};

function describeMap({ kind, mapping: { inside, count } }: MappedRange): string {
  return `${kind} ${inside} there is ${kind} 0 here, ${count === 1 ? 'that one alone' : `${count} ids from there on`}`;
}
