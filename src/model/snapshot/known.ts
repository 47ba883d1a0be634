// A value that the host may refuse: either the value, or why it is not known. Nothing is dropped silently.

/**
 * Why something is not known: `denied` (no permission), `gone` (it ended while it was read), `unsupported` (this kernel or
 * this way of asking has no answer), `not-asked` (nobody wanted it).
 */
export type UnknownReason = 'denied' | 'gone' | 'unsupported' | 'not-asked';

/** Why a value is not known. */
export interface Unknown {
  readonly unknown: UnknownReason;
  /** The errno's name, where a system call refused. */
  readonly errno?: string;
  /** One sentence, where the reason and the errno do not say enough. */
  readonly detail?: string;
}

/** Plain in JSON as well: the value itself, or an object with the key `unknown`. T is never an object with that key. */
export type Known<T> = T | Unknown;

/** Whether it is the value itself, and not the reason why that is not known. */
export function isKnown<T>(value: Known<T>): value is T {
  return typeof value !== 'object' || value === null || !('unknown' in value);
}

/** The value, or `fallback` where it is not known. */
export function knownOr<T, F>(value: Known<T>, fallback: F): T | F {
  return isKnown(value) ? value : fallback;
}

export const notAsked: Unknown = Object.freeze({ unknown: 'not-asked' });

const cache = new Map<string, Unknown>();

/** What an errno says about a value that was asked for; one frozen object for each errno. */
export function unknownFromErrno(errno: string): Unknown {
  let unknown = cache.get(errno);
  if (!unknown) {
    unknown = Object.freeze({ unknown: reasonOf(errno), errno });
    cache.set(errno, unknown);
  }
  return unknown;
}

function reasonOf(errno: string): UnknownReason {
  switch (errno) {
    case 'EACCES':
    case 'EPERM':
      return 'denied';
    case 'ENOENT':
    case 'ESRCH':
    case 'ESTALE':
      return 'gone';
    default:
      return 'unsupported';
  }
}
