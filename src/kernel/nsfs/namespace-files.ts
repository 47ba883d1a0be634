// Opens what should be a namespace by a path: a link of /proc, a descriptor of a process, a bind mount, a name of ip netns.
// By now anything may lie there: it is looked at first, and only a file on nsfs is opened.
import { closeSync, openSync, readlinkSync } from 'node:fs';
import { resolve } from 'node:path';
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import type { NamespaceType } from '../../model/snapshot/namespace-types.ts';
import { parseMountinfo } from '../../parse/proc/mountinfo.ts';
import { parseNamespaceName } from '../../parse/proc/namespace-name.ts';
import { RefusedError } from '../addon/refused-error.ts';
import { lookAt, type OpenPath, openForReading, pathOnly } from '../files/file-calls.ts';
import { attempt, readNsfsDevice, readTextFile } from '../files/files.ts';
import { lookAtShaped } from '../files/shaped-files.ts';
import { reach, readLastLink } from '../files/shaped-path.ts';

/** Links to namespaces, which the kernel makes: nothing else can be behind them. */
const kernelLink = /^\/proc\/(?:self|thread-self|\d+)(?:\/task\/\d+)?\/ns\/[a-z_]+$/;
const descriptorLink = /^(?:\/proc\/(?:self|thread-self|\d+)(?:\/task\/\d+)?|\/dev)\/fd\/\d+$/;
/** What "/" or "." of another process means, which its link in /proc leads to. */
const belowProcess = /^(\/proc\/(?:self|\d+)(?:\/task\/\d+)?\/(?:root|cwd))(\/.*)?$/;

function isKernelLink(path: string): boolean {
  return kernelLink.test(path);
}

/**
 * Opens a namespace.
 * @param path - absolute, as text; links on it are followed by their text
 * @returns a descriptor, which the caller closes
 * @throws SyscallError ENOENT, EACCES and so on; RefusedError ENOTTY for what is no namespace, ETIMEDOUT
 */
export function openNamespaceFile(path: string): number {
  if (isKernelLink(path)) return openSync(path, 'r');
  return atNamespace(path, openForReading);
}

/** Its inode number and device, without opening it. Throws as openNamespaceFile does. */
export function lookAtNamespaceFile(path: string): { readonly inode: number; readonly dev: number } {
  return atNamespace(path, ({ look: { inode, dev } }) => ({ inode, dev }));
}

/**
 * Inode number and device of what lies at any path that a caller of nscope names, a namespace or not; it is not opened.
 * @param path - from the working directory, where it is not absolute
 */
export function readPathIdentity(
  path: string,
): Known<{ readonly inode: number; readonly dev: number; readonly type?: string; readonly size?: number }> {
  const absolute = resolve(path);
  const identity = attempt(() => lookAtNamespaceFile(absolute));
  return isKnown(identity) || identity.errno !== 'ENOTTY' ? identity : lookAtShaped({ path: absolute, links: 'all' });
}

/** Which namespace it is, without opening it. Throws as openNamespaceFile does. */
export function nameNamespaceFile(path: string, bound: BoundNamespaces): NamespaceOfFile {
  return atNamespace(path, (place) => nameOfPlace(place, bound));
}

interface NamespaceOfFile {
  readonly type: NamespaceType;
  readonly inode: number;
}

/** The namespaces that are bind mounted where nscope is, by inode number: of whoever asks for many, read once. */
export class BoundNamespaces {
  #types: Map<number, NamespaceType> | undefined;

  /** The type of one. */
  typeOf(inode: number): NamespaceType | undefined {
    this.#types ??= readBoundTypes();
    return this.#types.get(inode);
  }
}

/** What the kernel prints as the root of each bind mount: fs/nsfs.c ns_show_path. */
function readBoundTypes(): Map<number, NamespaceType> {
  const types = new Map<number, NamespaceType>();
  const text = readTextFile('/proc/self/mountinfo');
  for (const { fsType, root } of isKnown(text) ? parseMountinfo(text) : []) {
    const bound = fsType === 'nsfs' ? parseNamespaceName(root) : undefined;
    if (bound) types.set(bound.inode, bound.type);
  }
  return types;
}

/** As the kernel names it, where it is one: of a link fs/nsfs.c ns_dname. @throws RefusedError ENOTTY where it is none */
export function nameOfPlace(place: OpenPath, bound: BoundNamespaces): NamespaceOfFile {
  const { fd, look } = checkNamespace(place);
  const linked = parseNamespaceName(readlinkSync(`/proc/self/fd/${fd}`));
  const type = linked?.type ?? bound.typeOf(look.inode);
  if (type !== undefined) return { type, inode: look.inode };
  throw new RefusedError('ENOTTY', 'readlink', `${place.name} is a namespace of a type that is not known`);
}

function atNamespace<T>(path: string, use: (place: OpenPath) => T): T {
  if (kernelLink.test(path) || descriptorLink.test(path)) return atLink(path, use);
  const [, root = '/', rest = path] = belowProcess.exec(path) ?? [];
  const below = root === '/' ? path : rest === path ? '/' : rest;
  // What a user names /run/netns/NAME is often a link to /proc/PID/ns/net: that one is followed as the kernel would.
  const led = reach({ root, path: below, links: 'directories' }, (place) => {
    if (place.look.type !== 'link') return { done: use(checkNamespace(place)) };
    return undefined;
  });
  if (led) return led.done;
  const text = root === '/' ? readLastLink({ path: below, links: 'directories' }) : undefined;
  if (text !== undefined && (kernelLink.test(text) || descriptorLink.test(text))) return atLink(text, use);
  return reach({ root, path: below, links: 'all' }, (place) => use(checkNamespace(place)));
}

/** Through a link of /proc, which asks no file system where it leads. */
function atLink<T>(path: string, use: (place: OpenPath) => T): T {
  const fd = openSync(path, pathOnly);
  try {
    return use(checkNamespace({ fd, look: lookAt(fd), name: path }));
  } finally {
    closeSync(fd);
  }
}

/** @throws RefusedError ENOTTY where the place is no namespace */
function checkNamespace(place: OpenPath): OpenPath {
  if (place.look.dev === readNsfsDevice()) return place;
  throw new RefusedError('ENOTTY', 'open', `refused: ${place.name} is not a namespace`);
}

/** What lies at a path below a directory, where no link is followed. Throws as openNamespaceFile does. */
export function findBelow(
  root: number,
  path: string,
  keep: boolean,
): { readonly inode: number; readonly dev: number; readonly fd?: number } {
  return reach({ root, path }, (place) => {
    const { inode, dev } = checkNamespace(place).look;
    return { inode, dev, ...(keep ? { fd: openForReading(place) } : {}) };
  });
}
