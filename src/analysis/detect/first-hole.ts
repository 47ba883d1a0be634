// The claim that the first hole of two among the inode numbers of /proc's entries leads to the initial network namespace.
import { isKernelSince } from '../../model/names/kernel-release.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { conclude, type Method, nothing, silentFor } from './finding.ts';
import { firstDynamicInode } from './vantage.ts';

export const firstHole: Method = {
  name: 'first-hole',
  idea: 'Of the numbers that no entry of /proc has, the first two in a row are said to be /proc/net/stat’s and the initial network namespace’s.',
  kernels: 'none from 5.19 on; before, only where all earlier numbers are visible',
  types: ['net'],
  judge({ procInodes, links: { net }, kernel }) {
    if (!isKnown(procInodes)) return silentFor('/proc', procInodes);
    if (!isKnown(net)) return silentFor('the link to the namespace', net);
    const hole = findHole(procInodes);
    if (hole === undefined) return nothing('no hole of two', 'the numbers are without gaps');
    const read = `the first hole begins at ${hole}, the namespace is ${net.inode}`;
    const concludes = net.inode === hole + 1 ? 'initial' : 'child';
    return isKernelSince(kernel, 5, 19)
      ? conclude(concludes, 'refuted', read, 'the number of the initial one is given out before /proc exists')
      : conclude(concludes, 'hint', read, 'entries that were removed or are mounted over leave holes as well');
  },
};

/** From the second dynamic number on, since the first is that of the initial mount namespace. */
function findHole(runs: readonly (readonly [number, number])[]): number | undefined {
  let next = firstDynamicInode + 1;
  for (const [first, last] of runs) {
    if (first - next >= 2) return next;
    next = Math.max(next, last + 1);
  }
  return undefined;
}
