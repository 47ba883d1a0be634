// Who has no id in its user namespace may not make another: nobody could say whose it is.

import { isKnown, type Known } from '../../model/snapshot/known.ts';
import type { IdMapping } from '../../model/snapshot/schema.ts';
import { type Gate, makesUser, nameCallersNamespace } from './gate.ts';

export const idMap: Gate = {
  name: 'id-map',
  source: 'kernel/user_namespace.c create_user_ns(): kuid_has_mapping(), kgid_has_mapping()',
  judge(evidence) {
    const { caller, refused } = evidence;
    if (!makesUser(evidence) || refused.errno !== 'EPERM') return undefined;
    const lacking = [
      ...(caller.uidMapped === false ? [`uid ${caller.euid}, and its uid_map ${describeMap(caller.uidMap)}`] : []),
      ...(caller.gidMapped === false ? [`gid ${caller.egid}, and its gid_map ${describeMap(caller.gidMap)}`] : []),
    ];
    if (lacking.length === 0) return undefined;
    return {
      closed: true,
      evidence: lacking.map((text) => `it has ${text}`),
      meaning: `its ids have no place in ${nameCallersNamespace(evidence)}`,
      fix: {
        how: 'map them: whoever made the user namespace writes its uid_map and gid_map first, or starts it as an id that is mapped',
        command: null,
      },
    };
  },
};

export function describeMap(map: Known<readonly IdMapping[]>): string {
  if (!isKnown(map)) return 'cannot be read';
  if (map.length === 0) return 'is empty';
  const ranges = map.map(({ inside, count }) => (count === 1 ? `${inside}` : `${inside}–${inside + count - 1}`));
  const isOne = map.length === 1 && map[0]?.count === 1;
  return `maps the ${isOne ? 'id' : 'ids'} ${ranges.join(', ')}${isOne ? ' alone' : ''}`;
}
