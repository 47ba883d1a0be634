// What a rule finds wrong: its subject, what was seen, and what to do.
import type { NamespaceType } from '../../model/snapshot/namespace-types.ts';

/** From the lightest on. `note`: worth knowing, nothing is wrong. `warning`: wrong, or will be. `error`: fails now. */
export const severities = ['note', 'warning', 'error'] as const;
export type Severity = (typeof severities)[number];

export type Subject =
  | { readonly kind: 'namespace'; readonly type: NamespaceType; readonly inode: number }
  | { readonly kind: 'process'; readonly pid: number }
  | { readonly kind: 'workload'; readonly engine: string; readonly id: string }
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'user'; readonly uid: number }
  | { readonly kind: 'host' };

/** What puts it right: a sentence, and where one is enough a command for a POSIX shell, which nscope never runs. */
export interface Fix {
  readonly text: string;
  /** Quoted for the shell; undefined where a person must decide, or no command does it. */
  readonly command?: string;
}

/** Texts may hold bytes of processes: they are escaped where they are shown. */
export interface Finding {
  /** The code of its rule. */
  readonly code: string;
  readonly severity: Severity;
  /** What it is about, the main thing first. */
  readonly subjects: readonly Subject[];
  /** One sentence that says what is wrong with which thing. */
  readonly says: string;
  /** What was seen: numbers, paths, PIDs, ages; a line each. */
  readonly seen: readonly string[];
  readonly fixes: readonly Fix[];
}

export function isAtLeast(severity: Severity, threshold: Severity): boolean {
  return severities.indexOf(severity) >= severities.indexOf(threshold);
}
