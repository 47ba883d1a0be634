// The map of user ids: user_namespaces(7).
import { isKnown } from '../../model/snapshot/known.ts';
import { conclude, type Method, silentFor } from './finding.ts';

/** All ids but the last, which means none. */
const allIds = 4_294_967_295;

export const uidMap: Method = {
  name: 'uid-map',
  idea: 'The initial user namespace maps the whole range of ids to itself; a child maps what was written to it.',
  kernels: 'since 3.5',
  types: ['user'],
  judge({ uidMap: map }) {
    if (!isKnown(map)) return silentFor('uid_map', map);
    const read = map.length === 0 ? 'no mapping' : map.map((line) => Object.values(line).join(' ')).join(', ');
    const [first, ...more] = map;
    // What stands outside depends on who reads; the initial namespace's map has these two numbers for everyone.
    if (!first || more.length > 0 || first.inside !== 0 || first.count !== allIds)
      return conclude('child', 'proof', read, 'the map of the initial one is the whole range and cannot be changed');
    return conclude('initial', 'hint', read, 'root may write the same map to a child: the whole range proves nothing');
  },
};
