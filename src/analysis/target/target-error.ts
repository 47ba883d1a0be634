// What a target leads to, or why it leads nowhere.
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import type { Namespace, Process, Workload } from '../../model/snapshot/schema.ts';

/** What a target leads to. */
export type Target =
  | { readonly kind: 'namespace'; readonly namespace: Namespace }
  | { readonly kind: 'process'; readonly process: Process }
  | { readonly kind: 'workload'; readonly workload: Workload };

/** What a path leads to on the host of the snapshot: stat(2). The kind and size of the file are there where it is not a namespace. */
export interface PathIdentity {
  readonly inode: number;
  readonly dev: number;
  readonly type?: string;
  readonly size?: number;
}

/** Tells what a path leads to, or why that cannot be told. */
export type IdentifyPath = (path: string) => Known<PathIdentity>;

/** `malformed`: not in any notation. `ambiguous`: the candidates tell. `refused`: the host did not let it be looked at. */
export type TargetProblem = 'malformed' | 'ambiguous' | 'not-found' | 'refused';

/** What a view may say beside the message. */
export interface TargetErrorDetails {
  readonly candidates?: readonly Target[];
  /** A word that is not known, and those that are: for "did you mean". */
  readonly unknownWord?: string;
  readonly knownWords?: readonly string[];
}

/** A TARGET that leads nowhere, to several things, or is not in any notation. */
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
  if (target.kind === 'workload') return describeWorkload(target.workload);
  const { type, inode, names, uts } = target.namespace;
  const host = uts !== undefined && isKnown(uts) ? `host name ${uts.nodename}` : '';
  const known = names.length === 0 ? host : names.map(({ path }) => path).join(' ');
  return known === '' ? formatNamespace(type, inode) : `${formatNamespace(type, inode)}  ${known}`;
}

/** Names may be alike: the id leads to one alone. */
function describeWorkload({ engine, name, id, leader }: Workload): string {
  const short = /^[0-9a-f]{64}$/.test(id) ? id.slice(0, 12) : id;
  return `${engine}:${short}  ${name === short ? '' : `${name}, `}${leader === null ? 'no process' : `PID ${leader}`}`;
}
