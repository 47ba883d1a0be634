// Begins what takes a reading verb longest, before its module is loaded and its options are understood.
import { startBpf } from '../../kernel/bpf/start.ts';
import { startEarlyScan } from '../../kernel/proc/early-scan.ts';
import type { PreparedReading } from '../table/verb-module.ts';
import { compileLess } from './compile-less.ts';
import type { VerbSyntax } from './verb-syntax.ts';

/** These say that this host is not read. */
const withoutHost = /^(?:--from|--help|--version|-[hV])(?:$|=)/;

/**
 * Starts to load the BPF programs that the verb is going to read. Without BPF a listing scans /proc: that begins as well.
 * @returns undefined where nothing was started
 */
export function prepareReading({ reads = [] }: VerbSyntax, argv: readonly string[]): PreparedReading | undefined {
  const own = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  if (reads.length === 0 || own.some((word) => withoutHost.test(word))) return undefined;
  compileLess();
  if (!own.includes('--no-bpf')) return { bpf: startBpf(reads) };
  return isListing(reads) ? { scan: startEarlyScan() } : undefined;
}

/** A verb that reads more shows of every process what the early scan leaves out; one that reads less needs no lists. */
function isListing(reads: NonNullable<VerbSyntax['reads']>): boolean {
  return reads.includes('namespaces') && reads.every((name) => name === 'namespaces' || name === 'tasks');
}
