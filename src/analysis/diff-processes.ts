// What do two processes share? Each type of namespace: the same one, another, or not known.
import { isKnown, type Known } from '../model/known.ts';
import { type NamespaceType, namespaceTypes } from '../model/namespace-types.ts';
import type { Process } from '../model/schema.ts';

export interface SharedNamespace {
  readonly type: NamespaceType;
  readonly a: Known<number>;
  readonly b: Known<number>;
  /** undefined where one of the two is not known. */
  readonly shared: boolean | undefined;
}

export function diffProcesses(a: Process, b: Process): SharedNamespace[] {
  return namespaceTypes.map((type) => {
    const [ofA, ofB] = [a.namespaces[type], b.namespaces[type]];
    return { type, a: ofA, b: ofB, shared: isKnown(ofA) && isKnown(ofB) ? ofA === ofB : undefined };
  });
}
