// User namespaces that map ids which /etc/subuid or /etc/subgid gives to somebody else: subuid(5).
import { isKnown } from '../../model/snapshot/known.ts';
import type { SubordinateRange } from '../../model/snapshot/schema.ts';
import type { Rule } from '../findings/rule.ts';
import { describeUserNamespace, formatIds, listMappedRanges, type MappedRange } from '../graph/mapped-ids.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';

/** login.defs(5) UID_MIN: below are accounts of services, as dockremap, whose ranges root uses on their behalf. */
const firstPersonUid = 1000;

export const idRangeOfAnother: Rule<'subordinateRanges'> = {
  code: 'id-range-of-another',
  severity: 'warning',
  title: 'user namespaces that map the subordinate ids of another user',
  means:
    'That user may become any of these ids with newuidmap, and then has the files and may signal the processes of this workload; the workload has theirs.',
  needs: ['subordinateRanges', 'workloads'],
  find({ index, conditions }, report) {
    const told = new Set<string>();
    for (const kind of ['uid', 'gid'] as const) {
      const file = kind === 'uid' ? '/etc/subuid' : '/etc/subgid';
      const given = conditions.subordinateRanges
        .filter((range) => range.file === file && range.count > 0)
        .sort((a, b) => a.first - b.first);
      for (const [range, of] of findOverlaps(listMappedRanges(index, kind), given)) {
        const { namespace, first, last } = range;
        const { ownerUid } = namespace;
        if (!isKnown(ownerUid) || !isAnothers(of, ownerUid, given)) continue;
        const key = `${namespace.inode} ${of.name}`;
        if (told.has(key)) continue;
        told.add(key);
        const isRemapped = ownerUid === 0 && isDocker(namespace.inode, index);
        report.add({
          severity: isRemapped ? 'note' : 'warning',
          subjects: [
            { kind: 'namespace', type: 'user', inode: namespace.inode },
            ...(isKnown(of.uid) ? [{ kind: 'user' as const, uid: of.uid }] : []),
          ],
          says: `${describeUserNamespace(namespace, index)} maps ${kind}s that ${file} gives to ${of.name}`,
          seen: [
            `it maps ${formatIds(kind, first, last)}; uid ${ownerUid} made it`,
            `${file} gives ${formatIds(kind, of.first, of.first + of.count - 1)} to ${of.name}${isKnown(of.uid) ? `, uid ${of.uid}` : ''}`,
            ...(isRemapped ? [`dockerd may have been told so: --userns-remap=${of.name}`] : []),
          ],
          fixes: [
            {
              text: `give the workload a range that is not in ${file}, or one of uid ${ownerUid}'s own, and start it again; or give ${of.name} another`,
            },
          ],
        });
      }
    }
  },
};

/** Both are sorted by their beginning; of one mapping the first three that overlap are enough. */
function* findOverlaps(
  ranges: readonly MappedRange[],
  given: readonly SubordinateRange[],
): Generator<readonly [MappedRange, SubordinateRange]> {
  let from = 0;
  for (const range of ranges) {
    for (let next = given[from]; next && next.first + next.count <= range.first; next = given[++from]);
    for (let at = from; at < from + 3; at++) {
      const one = given[at];
      if (!one || one.first > range.last) break;
      if (one.first + one.count > range.first) yield [range, one];
    }
  }
}

/** Neither the maker's own, nor of a service whose ids root uses for it. */
function isAnothers(
  { uid, first, count }: SubordinateRange,
  maker: number,
  given: readonly SubordinateRange[],
): boolean {
  if (!isKnown(uid) || uid === maker || (maker === 0 && uid < firstPersonUid)) return false;
  return !given.some((one) => one.uid === maker && one.first < first + count && first < one.first + one.count);
}

function isDocker(inode: number, index: SnapshotIndex): boolean {
  return (index.workloadsOf('user', inode) ?? []).some(({ engine }) => engine === 'docker');
}
