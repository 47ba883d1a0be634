// The types of namespaces in a few letters, for narrow terminals.
import type { NamespaceType } from '../../model/snapshot/namespace-types.ts';
import { inferredMark } from './inferred.ts';

/** The short options of unshare(1) and nsenter(1): U is user, u is uts. */
const typeLetters: Readonly<Record<NamespaceType, string>> = {
  cgroup: 'C',
  ipc: 'i',
  mnt: 'm',
  net: 'n',
  pid: 'p',
  time: 'T',
  user: 'U',
  uts: 'u',
};

/** "imn2p": each type by its letter, with its count where there are several; `-` for none. */
export function shortenTypes(
  types: readonly { readonly type: NamespaceType; readonly count?: number; readonly inferred?: boolean }[],
): string {
  const words = types.map(
    ({ type, count = 1, inferred }) => `${inferred ? inferredMark : ''}${typeLetters[type]}${count > 1 ? count : ''}`,
  );
  return words.join('') || '-';
}
