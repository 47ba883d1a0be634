// Drives the test bed (bed.c): namespaces of every type in every hiding place, for as long as a test wants them.
import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { NamespaceType } from '../../src/model/snapshot/namespace-types.ts';
import type { Needs } from '../tiers.ts';

/** What is known of the thing that holds a namespace of the bed; which of them are there depends on the place. */
export interface BedHolder {
  readonly pid?: number;
  readonly tid?: number;
  readonly fd?: number;
  readonly mountPoint?: string;
  /** Inode numbers, here and below. */
  readonly mountNamespace?: number;
  readonly socketInode?: number;
  readonly fileInode?: number;
  readonly child?: number;
  readonly owned?: number;
  readonly peer?: number;
}

export interface BedNamespace {
  readonly place: string;
  readonly type: NamespaceType;
  readonly inode: number;
  readonly dev: number;
  /** The kernel's 64-bit id, where it gives one. */
  readonly id: bigint | undefined;
  /** Made so that another can hide: the mount namespace around a bind mount, the child of a parent. */
  readonly auxiliary: boolean;
  readonly holder: BedHolder;
}

/** A pair that this kernel or user cannot make: the errno and the call. */
export interface BedRefusal {
  readonly place: string;
  readonly type: NamespaceType;
  readonly unsupported: string;
}

export interface Bed {
  readonly pid: number;
  readonly namespaces: readonly BedNamespace[];
  readonly unsupported: readonly BedRefusal[];
  /** Ends the bed and waits; the kernel may take a moment longer to free what it held (net namespaces above all). */
  release(): Promise<void>;
}

export interface BedPlace {
  readonly place: string;
  readonly mechanism: string;
  readonly types: readonly NamespaceType[];
  /** Why the other types cannot be there. */
  readonly impossible: Readonly<Partial<Record<NamespaceType, string>>>;
}

export interface BedOptions {
  /** Work inside a user namespace of the bed's own, as an ordinary user can. */
  readonly user?: boolean;
}

/** What a test that makes a bed needs, for `missing`. */
export const bedNeeds: Needs = { commands: ['cc', 'make'] };

const readyTimeoutMs = 60_000;
const endTimeoutMs = 20_000;

/** The program, built when it is missing or old: in build/bed, or in the temporary directory where that is not writable. */
export function buildBed(): string {
  const usual = join('build', 'bed', 'bed');
  const target = existsSync(usual) || isWritable('build') ? usual : join(tmpdir(), `bed-${process.geteuid?.()}`);
  const { status, stderr } = spawnSync('make', ['-s', '-C', 'test/bed', `OUT=${resolve(target)}`], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the test bed was not built: ${stderr}`);
  return target;
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The table of hiding places: which types each can hold, and why the others not. */
export function listPlaces(): readonly BedPlace[] {
  const { stdout, status } = spawnSync(buildBed(), ['--list'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`bed --list ended with ${status}`);
  return JSON.parse(stdout) as BedPlace[];
}

/**
 * Makes namespaces and holds them until `release`.
 * @param places - "fd", or "fd:net,uts" for some types of a place; all when left out
 */
export async function makeBed(places: readonly string[] = [], { user = false }: BedOptions = {}): Promise<Bed> {
  const words = [...(user ? ['--user'] : []), ...places];
  const child = spawn(buildBed(), words, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `status ${code}`));
    child.once('error', (error) => resolve(error.message));
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), readyTimeoutMs);
  try {
    const read = await readLines(child);
    if (!read.ready) throw new Error(`the test bed was not ready: ${await ended}`);
    return { pid: child.pid ?? 0, ...read, release: () => release(child, ended) };
  } finally {
    clearTimeout(timer);
  }
}

/** What the program prints. */
type BedLine =
  | { readonly ready: true }
  | BedRefusal
  | (Omit<BedNamespace, 'id' | 'auxiliary'> & { readonly id?: string; readonly auxiliary?: true });

type BedProcess = ChildProcessByStdio<Writable, Readable, null>;

async function readLines(child: BedProcess) {
  const namespaces: BedNamespace[] = [];
  const unsupported: BedRefusal[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line) as BedLine;
    if ('ready' in said) return { ready: true, namespaces, unsupported };
    if ('unsupported' in said) unsupported.push(said);
    else {
      const id = said.id === undefined ? undefined : BigInt(said.id);
      namespaces.push({ ...said, id, auxiliary: said.auxiliary ?? false });
    }
  }
  return { ready: false, namespaces, unsupported };
}

async function release(child: BedProcess, ended: Promise<string>): Promise<void> {
  const timer = setTimeout(() => child.kill('SIGKILL'), endTimeoutMs);
  child.stdin.end();
  const how = await ended;
  clearTimeout(timer);
  if (how !== 'status 0') throw new Error(`the test bed ended with ${how}`);
}
