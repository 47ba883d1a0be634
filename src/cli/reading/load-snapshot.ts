// Reads a snapshot from a file or standard input.
import { constants } from 'node:buffer';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { isSyscallError } from '../../kernel/addon/syscall-error.ts';
import { toPath } from '../../kernel/files/files.ts';
import type { Snapshot } from '../../model/snapshot/schema.ts';
import { SnapshotError, validateSnapshot } from '../../model/snapshot/validate-snapshot.ts';
import { UsageError } from '../table/errors.ts';
import { describeJsonPlace } from './json-place.ts';

/** @throws UsageError naming the file, the place in it and what was expected */
export function loadSnapshot(file: string): Snapshot {
  return checkSnapshot(loadJson(file, 'a snapshot was expected, as nscope snapshot prints it'), file);
}

/** @throws UsageError naming the file, the place in it and what was expected */
export function checkSnapshot(value: unknown, file: string): Snapshot {
  try {
    return validateSnapshot(value);
  } catch (error) {
    if (error instanceof SnapshotError) throw new UsageError(`${show(file)}: ${error.message}`, { cause: error });
    throw error;
  }
}

function show(file: string): string {
  return file === '-' ? 'standard input' : file || 'the file ""';
}

/**
 * What a file holds as JSON.
 * @param expected - a sentence for a file that is empty
 * @throws UsageError naming the file and the place in it
 */
export function loadJson(file: string, expected: string): unknown {
  const shown = show(file);
  let text: string;
  try {
    text = readText(file, shown);
  } catch (error) {
    if (isSyscallError(error)) throw new UsageError(`cannot read ${shown}: ${error.code}`, { cause: error });
    if (!isTooLarge(error)) throw error;
    throw describeTooLarge(shown, error);
  }
  if (text.trim() === '') throw new UsageError(`${shown} is empty; ${expected}`);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${shown} is not JSON: ${describeJsonPlace(text)}`, { cause: error });
  }
}

/** A file of which Node cannot make a string is not read at all. */
function readText(file: string, shown: string): string {
  const fd = file === '-' ? 0 : openSync(toPath(file), 'r');
  try {
    if (fstatSync(fd).size > constants.MAX_STRING_LENGTH) throw describeTooLarge(shown);
    return readFileSync(fd, 'utf8');
  } finally {
    if (fd !== 0) closeSync(fd);
  }
}

function describeTooLarge(shown: string, cause?: unknown): UsageError {
  return new UsageError(`${shown} is larger than a snapshot that can be read (${maxMegabytes} MB)`, { cause });
}

/** What Node makes one string of; a snapshot of 100,000 processes takes a tenth of it. */
const maxMegabytes = Math.floor(constants.MAX_STRING_LENGTH / 1e6);

function isTooLarge(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ERR_STRING_TOO_LONG' || code === 'ERR_FS_FILE_TOO_LARGE';
}
