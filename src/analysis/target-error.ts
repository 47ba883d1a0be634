// Why a target could not be had.
import { formatNamespace } from '../model/namespace-types.ts';
import type { Namespace, Process } from '../model/schema.ts';

/** What a target leads to. */
export type Target =
  | { readonly kind: 'namespace'; readonly namespace: Namespace }
  | { readonly kind: 'process'; readonly process: Process };

/** `malformed`: not in any notation. `ambiguous`: the candidates tell. `refused`: the host did not let it be looked at. */
export type TargetProblem = 'malformed' | 'ambiguous' | 'not-found' | 'refused';

export interface TargetErrorDetails {
  readonly candidates?: readonly Target[];
  /** A word that is not known, and those that are: for "did you mean". */
  readonly unknownWord?: string;
  readonly knownWords?: readonly string[];
}

export class TargetError extends Error {
  override readonly name = 'TargetError';
  readonly code = 'NSCOPE_TARGET';
  readonly problem: TargetProblem;
  readonly details: TargetErrorDetails;

  constructor(problem: TargetProblem, message: string, details: TargetErrorDetails = {}) {
    super(message);
    this.problem = problem;
    this.details = details;
  }
}

/** A target in a notation that leads to it again, and by what it is known; not yet safe for a terminal. */
export function describeTarget(target: Target): string {
  if (target.kind === 'process') {
    const { pid, tid, comm } = target.process;
    return tid === pid ? `${pid}  ${comm}` : `${tid}  ${comm}, a thread of ${pid}`;
  }
  const { type, inode, names } = target.namespace;
  const known = names.map(({ path }) => path).join(' ');
  return known === '' ? formatNamespace(type, inode) : `${formatNamespace(type, inode)}  ${known}`;
}
