// What do two processes share? Each type of namespace: the same one, another, or not known.
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import { type NamespaceType, namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import type { Process } from '../../model/snapshot/schema.ts';
import { compareProcesses, type Togetherness } from '../graph/inferred-places.ts';
import type { SnapshotIndex } from '../graph/snapshot-index.ts';

/** Of one type: the namespaces of two processes, and whether they are one. */
export interface SharedNamespace {
  readonly type: NamespaceType;
  readonly a: Known<number>;
  readonly b: Known<number>;
  /** undefined where one of the two is neither known nor inferred. */
  readonly shared: boolean | undefined;
  /** From the links of both, or with an inferred place, and how certain that makes it. */
  readonly how: Togetherness['how'];
}

/**
 * Of each type whether two processes are in one namespace.
 * @param index - tells how certain it is that two inferred namespaces are two; without it that is only likely
 */
export function diffProcesses(a: Process, b: Process, index?: SnapshotIndex): SharedNamespace[] {
  return namespaceTypes.map((type) => {
    const [ofA, ofB] = [a.namespaces[type], b.namespaces[type]];
    const { shared, how } = compareProcesses(a, b, type, index);
    return { type, a: ofA, b: ofB, shared: isKnown(shared) ? shared : undefined, how };
  });
}
