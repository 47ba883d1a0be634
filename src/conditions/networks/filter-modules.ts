// Whether the kernel has nf_tables now: a question to it would load its module where it is not there.
import { readTextFile } from '../../kernel/files/files.ts';
import { isKnown, type Known } from '../../model/snapshot/known.ts';

/** NETLINK_NETFILTER */
const protocol = 12;

/** @returns why not known, where the kernel does not say */
export function hasNfTables(): Known<boolean> {
  const modules = readTextFile('/proc/modules');
  // A kernel without modules has all that it will ever have.
  if (!isKnown(modules)) return modules.errno === 'ENOENT' ? true : modules;
  if (/^nf_tables /m.test(modules)) return true;
  // It needs nfnetlink, which has a socket in each network namespace.
  const sockets = readTextFile('/proc/thread-self/net/netlink');
  if (isKnown(sockets) && !new RegExp(`^\\S+ +${protocol} `, 'm').test(sockets)) return false;
  const symbols = readTextFile('/proc/kallsyms');
  return isKnown(symbols) ? /^\S+ \S nft_register_chain_type$/m.test(symbols) : symbols;
}
