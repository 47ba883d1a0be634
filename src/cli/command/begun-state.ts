// The file in which ci --begin keeps the state of this host for ci --end.
import { writeFileSync } from 'node:fs';
import type { Caller, Remembered } from '../../analysis/leaks/family.ts';
import type { HostState } from '../../analysis/leaks/find-left.ts';
import type { MountPoint } from '../../analysis/leaks/left-mounts.ts';
import { readErrnoName } from '../../kernel/addon/syscall-error.ts';
import { toPath } from '../../kernel/files/files.ts';
import { formatJsonObject } from '../../render/lines/json-lines.ts';
import { UsageError } from '../table/errors.ts';

const schema = 'nscope.ci/1';

export interface BegunState {
  readonly state: HostState;
  readonly caller: Caller;
}

/** @throws UsageError where the file cannot be written */
export function saveBegun(file: string, { state, caller }: BegunState): void {
  const { snapshot, mounts, staleNames } = state;
  // Its owner alone reads it: a snapshot has the command lines of all.
  writeFile(file, formatJsonObject({ schema, caller, mounts, staleNames, snapshot }), 0o600);
}

/** @param mode - of a file that is not there yet. @throws UsageError */
export function writeFile(file: string, lines: Iterable<string>, mode = 0o666): void {
  try {
    writeFileSync(toPath(file), `${[...lines].join('\n')}\n`, { mode });
  } catch (cause) {
    throw new UsageError(`cannot write ${file || 'the file ""'}: ${readErrnoName(cause)}`, { cause });
  }
}

/** @throws UsageError naming the file and what is wrong with it */
export async function loadBegun(file: string): Promise<BegunState> {
  // The validator of snapshots is large, and --end alone needs it.
  const { checkSnapshot, loadJson } = await import('../reading/load-snapshot.ts');
  const value = loadJson(file, 'what nscope ci --begin wrote was expected');
  if (!isRecord(value) || value['schema'] !== schema)
    throw new UsageError(`${file} is not of nscope ci --begin: its schema is not "${schema}"`);
  const { snapshot, mounts, staleNames, caller } = value;
  if (!isListOf(mounts, isMount) || !isListOf(staleNames, isText) || !isCaller(caller))
    throw new UsageError(`${file} is not of nscope ci --begin: mounts, staleNames or caller are not as it writes them`);
  return { state: { snapshot: checkSnapshot(snapshot, file), mounts, staleNames }, caller };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isListOf<T>(value: unknown, isOne: (one: unknown) => one is T): value is T[] {
  return Array.isArray(value) && value.every(isOne);
}

function isMount(value: unknown): value is MountPoint {
  return isRecord(value) && ['device', 'root', 'mountPoint', 'fsType', 'source'].every((key) => isText(value[key]));
}

function isRemembered(value: unknown): value is Remembered {
  return isRecord(value) && Number.isInteger(value['pid']) && Number.isInteger(value['startTimeTicks']);
}

function isCaller(value: unknown): value is Caller {
  return (
    isRecord(value) && isListOf(value['line'], isRemembered) && (value['cgroup'] === null || isText(value['cgroup']))
  );
}
