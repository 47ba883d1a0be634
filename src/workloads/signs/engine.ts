// What an engine file gives: by which signs its workloads are known, and where it keeps their names.
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import type { Process, WorkloadEvidence } from '../../model/snapshot/schema.ts';
import type { WorkloadEngine, WorkloadKind } from '../../model/snapshot/workload-engines.ts';
import type { Authority, IsProgram } from './authority.ts';

/** Which workload a sign speaks of. */
export interface Claim {
  readonly engine: WorkloadEngine;
  readonly kind: WorkloadKind;
  /** What the engine tells it apart by. */
  readonly id: string;
  readonly name?: string;
  /** Id of its pod, where the sign has it. */
  readonly pod?: string;
  /** The process whose word it is, where that is another than the one that was looked at. */
  readonly by?: Process;
}

/** A workload while it is being recognized. */
export interface WorkloadDraft {
  readonly engine: WorkloadEngine;
  readonly kind: WorkloadKind;
  readonly id: string;
  /** Whose word it is that its processes are in it. */
  readonly authority: Authority;
  name: string | undefined;
  image: string | undefined;
  labels: Readonly<Record<string, string>> | undefined;
  pod: string | undefined;
  project: string | undefined;
  outer: WorkloadDraft | undefined;
  /** The processes in it, and in no workload inside it, by PID. */
  readonly members: Process[];
  /** The programs that run it; they are not in it. */
  readonly monitors: Process[];
  readonly evidence: WorkloadEvidence[];
}

/** How engines read what they know: every refusal is counted, and what is absent is said. */
export interface StateReader {
  readonly processes: readonly Process[];
  /** The text of a file of the engine's, undefined where it is not to be had. */
  readText(path: string): string | undefined;
  /** The same, as JSON: undefined as well where it is none. */
  readJson(path: string): unknown;
  /** Where a link of /proc leads. */
  readLink(path: string): Known<string>;
  /** Whether a process is an engine of root's or of nscope's own user, so that paths in its command line may be followed. */
  trusts(process: Process, isProgram: IsProgram): boolean;
}

/** Finds processes by PID. */
export type FindProcess = (pid: number) => Process | undefined;

export interface Engine {
  readonly name: WorkloadEngine;
  /** The programs of which it is believed that they run its workloads: without it none is. */
  readonly isProgram?: IsProgram;
  /**
   * The workload that a part of a cgroup path is named after.
   * @param before - the parts above it
   */
  readCgroup?(part: string, before: readonly string[]): Claim | undefined;
  /** The workload that a process runs: its children are in it, and it is not. */
  readMonitor?(process: Process, words: readonly string[], find: FindProcess): Claim | undefined;
  /** The workload that a process is in, by its own command line. */
  readMember?(process: Process, words: readonly string[], find: FindProcess): Claim | undefined;
  /** Completes what is known of its workloads. */
  learn?(drafts: readonly WorkloadDraft[], reader: StateReader): void;
}

/** The 64 hexadecimal digits by which Docker, Podman, containerd's CRI and CRI-O call containers. */
export const containerId = /^[0-9a-f]{64}$/;

/** The value behind an option: `-n NAME`, `--name NAME`, `--name=NAME`. */
export function readOption(words: readonly string[], ...names: readonly string[]): string | undefined {
  for (const [i, word] of words.entries()) {
    if (names.includes(word)) return words[i + 1];
    const name = names.find((one) => one.startsWith('--') && word.startsWith(`${one}=`));
    if (name !== undefined) return word.slice(name.length + 1);
  }
  return undefined;
}

/** The command line of a process; none where it is not known. */
export function listWords({ commandLine }: Process): readonly string[] {
  return isKnown(commandLine) ? commandLine : [];
}
