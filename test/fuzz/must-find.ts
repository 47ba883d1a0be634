// Which namespaces of a world must be listed: what the table of test/hiding/expectations.ts says of each that holds one.
import { expectationOf } from '../hiding/expectations.ts';
import { baseCount, type Reason, type Space } from './ledger.ts';
import type { Vantage } from './vantages.ts';

/** To an ordinary user: what his own processes are in, and their descriptors, as test/hiding/hiding-places.user.test.ts has it. */
const seenByNobody: ReadonlySet<string> = new Set(['process', 'thread', 'fd']);

type See = Exclude<Vantage['sight'], undefined>;

export function mustFind(living: ReadonlyMap<Space, readonly Reason[]>, sight: Vantage['sight']): ReadonlySet<Space> {
  const found = new Set<Space>();
  if (sight === undefined) return found;
  /** Those that can be opened as well: they are asked what they hold. */
  const open = new Set<Space>();
  for (const space of living.keys()) if (space.space < baseCount && sight !== 'nobody') open.add(space);
  for (let before = -1; before !== open.size; ) {
    before = open.size;
    for (const [space, reasons] of living) {
      if (open.has(space)) continue;
      const shown = reasons.filter((reason) => shows(reason, space, sight, open));
      if (isListed(space, sight) || shown.some(({ hold }) => !hold?.covered)) open.add(space);
      else if (shown.length > 0) found.add(space);
    }
  }
  for (const space of open) found.add(space);
  return found;
}

/** A list of the kernel has it, whatever holds it: as the row of what nothing visible holds says. */
function isListed({ type }: Space, sight: See): boolean {
  if (sight === 'nobody') return false;
  return sight === 'lists' || (sight === 'tables' && expectationOf({ place: 'io-uring', type }, sight).found);
}

function shows({ kind, place, worker, through }: Reason, space: Space, sight: See, open: ReadonlySet<Space>): boolean {
  if (kind === 'child' || kind === 'owned') return sight !== 'nobody' && through !== undefined && open.has(through);
  if (place === '') return false;
  if (sight === 'nobody') return worker?.nobody === true && seenByNobody.has(place);
  if (through && !open.has(through)) return false;
  return expectationOf({ place, type: space.type }, sight).found;
}
