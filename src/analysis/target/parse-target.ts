// What did a person mean by a target? Reads its notation; nothing is looked up here.
import {
  isNamespaceType,
  type NamespaceType,
  namespaceTypes,
  smallestNamespaceInode,
} from '../../model/snapshot/namespace-types.ts';
import { workloadEngines } from '../../model/snapshot/workload-engines.ts';
import { TargetError } from './target-error.ts';

/** A target as it was written. */
export type TargetQuery =
  /** net:[4026532992] or 4026532992. */
  | { readonly form: 'inode'; readonly inode: number; readonly type?: NamespaceType }
  /** id:5121 or, as nsenter(1) has it, :5121: the kernel's 64-bit id in decimal. */
  | { readonly form: 'id'; readonly id: string }
  /** nsid:7, the number of a network namespace in that of the caller. */
  | { readonly form: 'netnsid'; readonly netnsid: number }
  /** 812, or 812:31337 with the inode number of its pidfd, which no other process has until the next boot. */
  | { readonly form: 'pid'; readonly pid: number; readonly pidfdInode?: string }
  /** nscope's own process. */
  | { readonly form: 'self' }
  | { readonly form: 'path'; readonly path: string }
  /** net:blue, net:812 (that of process 812), net:self or blue. */
  | { readonly form: 'name'; readonly name: string; readonly type?: NamespaceType }
  /** docker:web. */
  | { readonly form: 'workload'; readonly engine: string; readonly name: string };

/** Inode numbers are of 32 bits, and PIDs end below this: include/linux/threads.h PID_MAX_LIMIT. */
const largestInode = 0xffffffff;
const largestPid = 4_194_304;
/** An s32 of the kernel: struct net, netns_ids. */
const largestNetnsid = 0x7fffffff;

/**
 * A tilde in front, as listings have it before what is inferred or confirmed by no engine, says nothing more here.
 * @throws TargetError `malformed`, saying what was expected
 */
export function parseTarget(written: string): TargetQuery {
  if (written.trim() === '') throw new TargetError('malformed', 'a target is empty');
  if (/^~#\d+$/.test(written)) throw countedOnly(written, written);
  const word = written.replace(/^~(?=\w+:|\d+$)/, '');
  if (word === 'self') return { form: 'self' };
  if (/^\d+$/.test(word)) return readNumber(word);
  const [, pid, pidfdInode] = /^(\d+):(\d+)$/.exec(word) ?? [];
  if (pid !== undefined && pidfdInode !== undefined) return readVerifiedPid(word, pid, pidfdInode);
  if (/^\.{0,2}\/|^[^:]+\//.test(word)) return { form: 'path', path: word };
  const colon = word.indexOf(':');
  return colon < 0 ? { form: 'name', name: word } : readQualified(word, word.slice(0, colon), word.slice(colon + 1));
}

/** Namespaces have large inode numbers and processes have small PIDs: no number can be both. */
function readNumber(word: string): TargetQuery {
  const number = Number(word);
  if (number >= smallestNamespaceInode && number <= largestInode) return { form: 'inode', inode: number };
  if (number >= 1 && number <= largestPid) return { form: 'pid', pid: number };
  if (number > largestInode)
    throw new TargetError('malformed', `${word} is too large for an inode number; a 64-bit id is written id:${word}`);
  throw new TargetError(
    'malformed',
    `${word} is neither a PID (1 to ${largestPid}) nor the inode number of a namespace (from ${smallestNamespaceInode})`,
  );
}

/** As getino(1) and nsenter(1) of util-linux 2.42 write it. */
function readVerifiedPid(word: string, pid: string, inode: string): TargetQuery {
  const number = Number(pid);
  if (number < 1 || number > largestPid)
    throw new TargetError('malformed', `"${word}": a PID (1 to ${largestPid}) was expected before the colon`);
  return { form: 'pid', pid: number, pidfdInode: withoutZeros(inode) };
}

function withoutZeros(digits: string): string {
  return digits.replace(/^0+(?=\d)/, '');
}

function readQualified(word: string, prefix: string, rest: string): TargetQuery {
  if (prefix === 'id' || prefix === '') {
    if (/^\d+$/.test(rest)) return { form: 'id', id: withoutZeros(rest) };
    throw new TargetError('malformed', `"${word}": after ${prefix}: the kernel's 64-bit id was expected, in decimal`);
  }
  if (prefix === 'nsid') {
    if (/^\d+$/.test(rest) && Number(rest) <= largestNetnsid) return { form: 'netnsid', netnsid: Number(rest) };
    throw new TargetError(
      'malformed',
      `"${word}": after nsid: the number of a network namespace was expected, as ip netns list-id has it; a 64-bit id is written id:${rest}`,
    );
  }
  if (isNamespaceType(prefix)) return readTyped(word, prefix, rest);
  if ((workloadEngines as readonly string[]).includes(prefix)) {
    if (rest !== '') return { form: 'workload', engine: prefix, name: rest };
    throw new TargetError('malformed', `"${word}": the name of a workload was expected after ${prefix}:`);
  }
  if (/^\w+:\[\d*\]$/.test(word)) throw unknownPrefix(prefix);
  // A name may hold a colon itself; whether it does is seen when it is looked up.
  return { form: 'name', name: word };
}

function readTyped(word: string, type: NamespaceType, rest: string): TargetQuery {
  const inode = /^\[(\d+)\]$/.exec(rest)?.[1];
  if (inode !== undefined) return { form: 'inode', type, inode: Number(inode) };
  if (/^\[?~?#?\d+\]?$/.test(rest) && /[~#]/.test(rest)) throw countedOnly(word, rest);
  if (rest.startsWith('['))
    throw new TargetError(
      'malformed',
      `"${word}": an inode number was expected in the brackets, as in ${type}:[4026532992]`,
    );
  if (rest === '') throw new TargetError('malformed', `"${word}": a name or [inode] was expected after ${type}:`);
  const number = /^\d+$/.test(rest) ? Number(rest) : 0;
  if (number >= smallestNamespaceInode && number <= largestInode) return { form: 'inode', type, inode: number };
  if (rest.startsWith('/')) return { form: 'path', path: rest };
  return { form: 'name', type, name: rest };
}

function countedOnly(word: string, count: string): TargetError {
  return new TargetError(
    'malformed',
    `"${word}": no number leads to a namespace whose links are refused, and ${count} counts in one listing alone; name a process in it instead, such as its leader in the column PID of nscope ls`,
  );
}

/** The word before the colon is neither a type nor an engine. */
export function unknownPrefix(prefix: string): TargetError {
  return new TargetError('malformed', `there is no namespace type or engine "${prefix}"`, {
    unknownWord: prefix,
    knownWords: [...namespaceTypes, 'id', 'nsid', ...workloadEngines],
  });
}
