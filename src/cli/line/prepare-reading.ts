// Begins what takes a reading verb longest, before its module is loaded and its options are understood.
import { type PreparedBpf, startBpf } from '../../kernel/bpf/start.ts';
import { compileLess } from './compile-less.ts';
import type { VerbSyntax } from './verb-syntax.ts';

/** These say that this host is not read. */
const withoutHost = /^(?:--from|--help|--version|-[hV])(?:$|=)/;

/**
 * Starts to load the BPF programs that the verb is going to read.
 * @returns what a reading of this host takes up; undefined where nothing was started
 */
export function prepareReading({ reads = [] }: VerbSyntax, argv: readonly string[]): PreparedBpf | undefined {
  if (reads.length === 0 || argv.some((word) => withoutHost.test(word))) return undefined;
  compileLess();
  return argv.includes('--no-bpf') ? undefined : startBpf(reads);
}
