// Why something is not looked for, in the words that the coverage has: the same for all sources that ask.
import type { ProcessFact } from '../../model/facts/facts.ts';
import { isKnown, type Unknown } from '../../model/snapshot/known.ts';
import { namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import type { Inputs } from './inputs.ts';

/** Of what was seen, as a mount that another covers, and can be opened in no way. */
export const outOfReach: Unknown = Object.freeze({
  unknown: 'denied',
  detail: 'nothing that could be opened leads there, so that it was not asked',
});

/** Why what holds namespaces is not looked for; undefined when it is. */
export function skipHolders({ wanted, namespaces }: Pick<Inputs, 'wanted' | 'namespaces'>): string | undefined {
  const { holders } = wanted;
  if (holders === true) return undefined;
  if (holders === false) return 'what holds namespaces was not asked for';
  const allListed = namespaceTypes.every((type) => namespaces.isListedWhole(type));
  return allListed ? 'the kernel lists all namespaces by itself' : undefined;
}

/** Why descriptors are not read from /proc: after BPF there is something to read only of withheld processes. */
export function skipDescriptors(
  inputs: Pick<Inputs, 'wanted' | 'namespaces' | 'tasks' | 'descriptors'>,
): string | undefined {
  const skipped = skipHolders(inputs);
  if (skipped !== undefined) return skipped;
  const { tasks, descriptors } = inputs;
  return descriptors.readByBpf && tasks.withheld.length === 0 ? 'read from the kernel, with BPF' : undefined;
}

/**
 * Why tasks and their files cannot be read with BPF; undefined when that may be tried. The kernel's iterators see nscope's
 * own pid namespace: that must be the one that /proc shows.
 */
export function skipBpfOfTasks({ wanted, host }: Pick<Inputs, 'wanted' | 'host'>): string | undefined {
  if (!wanted.bpf) return 'BPF was not to be used';
  const { namespaces, procPidNamespace } = host.vantage;
  return isKnown(procPidNamespace) && procPidNamespace === namespaces.pid
    ? undefined
    : '/proc shows another pid namespace than that of nscope';
}

/** Why a search by BPF was not whole: what its iterators passed over; undefined where they passed over nothing. */
export function explainWithheld(withheld: readonly ProcessFact[]): string | undefined {
  const [first] = withheld;
  if (!first) return undefined;
  const who = withheld.length === 1 ? `process ${first.pid} is` : `${withheld.length} processes (${first.pid}) are`;
  return `${who} withheld from BPF`;
}
