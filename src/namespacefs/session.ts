// Answers what the kernel asks of the mounted tree: one method for each kind of request.
import { constants } from 'node:os';
import type { Snapshot } from '../model/schema.ts';
import {
  changingOpcodes,
  fileType,
  initFlag,
  notifyCode,
  openFlag,
  pollScheduleNotify,
} from '../parse/fuse-protocol.ts';
import {
  encodeName,
  type FuseAttributes,
  type FuseEntry,
  FuseListing,
  formatFuseAttributes,
  formatFuseData,
  formatFuseEntry,
  formatFuseError,
  formatFuseInit,
  formatFuseOpen,
  formatFusePoll,
  formatFusePollWakeup,
  formatFuseStatfs,
} from '../parse/fuse-reply.ts';
import {
  type FuseHeader,
  type FuseInitBody,
  type FuseNameBody,
  type FusePollBody,
  type FuseReadBody,
  type FuseRequest,
  parseFuseRequest,
} from '../parse/fuse-request.ts';
import type { Announcement } from './announcer.ts';
import { Chronicle, formatChange } from './chronicle.ts';
import { EventsFile } from './events-file.ts';
import { findNode, type KnownNode, NodeTable } from './node-table.ts';
import type { FeedChange, SnapshotFeed } from './snapshot-feed.ts';
import { buildTree, type NamespaceTree, type TreeOptions } from './tree.ts';
import type { DirectoryNode, EntranceNode, TreeNode } from './tree-node.ts';
import { keyOfNamespace } from './tree-places.ts';
import { measureValidity } from './validity.ts';

const { EINVAL, EIO, EISDIR, ENOENT, ENOSYS, ENOTDIR, EROFS } = constants.errno;

export interface SessionHost {
  /** @returns the errno's name where the kernel did not take it */
  reply(bytes: Uint8Array): string | undefined;
  /** A path that leads to the namespace right now, or undefined. */
  findEntrance(entrance: EntranceNode): string | undefined;
  log(text: string): void;
  /** ms since 1970. */
  now(): number;
  /** Told of directories that came or went, where the kernel knows the one that they lie in. */
  announce?(announcements: readonly Announcement[]): void;
  /** Whether a thread is one of nscope's own. */
  isOwnThread?(tid: number): boolean;
}

const oNonblock = 0o4000;
const [pollIn, pollOut] = [1, 4];

interface OpenDirectory {
  entries: readonly (readonly [string, TreeNode])[];
}

export class Session {
  readonly #feed: SnapshotFeed;
  readonly #host: SessionHost;
  readonly #options: TreeOptions;
  readonly #nodes: NodeTable;
  readonly #chronicle: Chronicle;
  readonly #events: EventsFile;
  readonly #directories = new Map<number, OpenDirectory>();
  readonly #unwatch = new Map<number, () => void>();
  readonly #stop: () => void;
  #snapshot: Snapshot;
  #tree: NamespaceTree;
  #expected: Announcement | undefined;
  #nextHandle = 1;

  constructor(feed: SnapshotFeed, options: TreeOptions, host: SessionHost) {
    this.#feed = feed;
    this.#host = host;
    this.#options = options;
    this.#snapshot = feed.current();
    this.#tree = buildTree(this.#snapshot, options);
    this.#nodes = new NodeTable(this.#tree.root, host.now());
    this.#chronicle = new Chronicle(host.now());
    this.#events = new EventsFile({
      data: (unique, bytes) => this.#reply(formatFuseData(unique, bytes)),
      error: (unique, errno) => this.#reply(formatFuseError(unique, errno)),
      wake: (pollId) => this.#reply(formatFusePollWakeup(notifyCode.poll, pollId)),
    });
    this.#stop = feed.onChange((now, changes) => this.#change(now, changes));
  }

  #change(now: Snapshot, changes: readonly FeedChange[]): void {
    this.#chronicle.note(changes, this.#host.now());
    const old = this.#tree;
    this.#show(now);
    this.#events.publish(changes.map(formatChange));
    const announcements = changes.flatMap((change) => this.#describe(change, old));
    if (announcements.length > 0) this.#host.announce?.(announcements);
  }

  #describe(change: FeedChange, old: NamespaceTree): Announcement[] {
    if (change.kind === 'lost' || !change.namespace) return [];
    const { kind, namespace } = change;
    const tree = kind === 'created' ? this.#tree : old;
    const path = tree.pathOf(namespace);
    const above = findNode(tree.root, path.slice(0, -1));
    const parent = above && this.#nodes.newest(above.key);
    const key = keyOfNamespace(namespace);
    const isKnown = this.#nodes.newest(key) !== undefined;
    if (kind === 'ended') this.#nodes.retire(key);
    if (!parent) return [];
    const node = findNode(tree.root, path);
    return node?.kind === 'directory' ? [{ kind, path, parentId: parent.id, node, isKnown }] : [];
  }

  #show(snapshot: Snapshot): void {
    this.#snapshot = snapshot;
    this.#tree = buildTree(snapshot, this.#options);
  }

  /** Lets nscope itself make or remove this directory, and nobody else. */
  expect(announcement: Announcement | undefined): void {
    this.#expected = announcement;
  }

  close(): void {
    this.#stop();
    for (const unwatch of this.#unwatch.values()) unwatch();
  }

  /** How many nodes the kernel knows. */
  get knownNodes(): number {
    return this.#nodes.size;
  }

  /** Answers one request; what is malformed or fails is logged and answered EIO. */
  handle(bytes: Uint8Array): void {
    const request = parseFuseRequest(bytes);
    if ('malformed' in request) {
      this.#host.log(`a malformed request from the kernel (opcode ${request.opcode}): ${request.malformed}`);
      if (request.unique !== 0n) this.#reply(formatFuseError(request.unique, EIO));
      return;
    }
    try {
      const answer = this.#answer(request);
      if (answer) this.#reply(answer);
    } catch (error) {
      const { opcode, unique } = request.header;
      this.#host.log(`request ${opcode} failed: ${error instanceof Error ? (error.stack ?? '') : String(error)}`);
      this.#reply(formatFuseError(unique, EIO));
    }
  }

  #reply(bytes: Uint8Array): void {
    const errno = this.#host.reply(bytes);
    // ENOENT: whoever asked was killed meanwhile. ENODEV: it was unmounted.
    if (errno !== undefined && errno !== 'ENOENT' && errno !== 'ENODEV')
      this.#host.log(`the kernel did not take an answer: ${errno}`);
  }

  #answer({ header, body }: FuseRequest): Uint8Array | undefined {
    const { unique } = header;
    switch (body.kind) {
      case 'init':
        return this.#init(unique, body);
      case 'forget':
        for (const node of body.nodes) this.#nodes.forget(node.nodeId, node.lookups);
        return undefined;
      case 'lookup':
        return this.#lookup(header, body);
      case 'mkdir':
      case 'rmdir':
        return this.#makeOrRemove(header, body);
      case 'getattr':
        return this.#withNode(header, (known) => this.#getattr(unique, known));
      case 'readlink':
        return this.#withNode(header, (known) => this.#readlink(unique, known));
      case 'open':
        return this.#withNode(header, (known) => this.#open(unique, known));
      case 'opendir':
        return this.#withNode(header, (known) => this.#opendir(unique, known));
      case 'read':
        return this.#withNode(header, (known) => this.#read(unique, known, body));
      case 'readdir':
      case 'readdirplus':
        return this.#withNode(header, (known) => this.#readdir(unique, known, body));
      case 'release':
        this.#unwatch.get(body.handle)?.();
        this.#unwatch.delete(body.handle);
        this.#events.close(body.handle);
        return formatFuseData(unique);
      case 'releasedir':
        this.#directories.delete(body.handle);
        return formatFuseData(unique);
      case 'interrupt':
        this.#events.interrupt(body.interrupted);
        return undefined;
      case 'poll':
        return this.#poll(unique, body);
      case 'statfs':
        return formatFuseStatfs(unique, this.#nodes.size);
      case 'destroy':
        return undefined;
      default:
        return formatFuseError(unique, changingOpcodes.has(header.opcode) ? EROFS : ENOSYS);
    }
  }

  /** The tree of the state now. */
  #present(): DirectoryNode {
    const snapshot = this.#feed.current();
    if (snapshot !== this.#snapshot) this.#show(snapshot);
    return this.#tree.root;
  }

  #withNode({ unique, nodeId }: FuseHeader, answer: (known: KnownNode) => Uint8Array | undefined) {
    const known = this.#nodes.get(nodeId, this.#present());
    return known ? answer(known) : formatFuseError(unique, ENOENT);
  }

  #init(unique: bigint, { minor, maxReadahead, flags }: FuseInitBody): Uint8Array {
    const wanted = initFlag.asyncRead | initFlag.doReaddirplus | initFlag.parallelDirops | initFlag.maxPages;
    return formatFuseInit(unique, {
      minor: Math.min(minor, 38),
      maxReadahead,
      flags: flags & (wanted | initFlag.readdirplusAuto),
      maxBackground: 64,
      maxWrite: 4096,
      maxPages: 256,
    });
  }

  #lookup(header: FuseHeader, { name }: FuseNameBody): Uint8Array {
    const { unique, nodeId } = header;
    const tree = this.#present();
    const parent = this.#nodes.get(nodeId, tree);
    const expected = this.#findExpected(header, name);
    if (expected && parent)
      return expected.kind === 'created'
        ? formatFuseError(unique, ENOENT)
        : formatFuseEntry(unique, this.#enter(parent, name, expected.node, tree));
    const node = parent?.isThere && parent.node.kind === 'directory' ? parent.node.entries().get(name) : undefined;
    if (!parent || !node) return formatFuseError(unique, ENOENT);
    return formatFuseEntry(unique, this.#enter(parent, name, node, tree));
  }

  /** Whether nscope itself is about to make or remove this, so that the kernel tells who watches. */
  #findExpected({ nodeId, pid }: FuseHeader, name: string): Announcement | undefined {
    const expected = this.#expected;
    return expected?.parentId === nodeId && expected.path.at(-1) === name && this.#host.isOwnThread?.(pid)
      ? expected
      : undefined;
  }

  #makeOrRemove(header: FuseHeader, { kind, name }: FuseNameBody): Uint8Array {
    const expected = this.#findExpected(header, name);
    const tree = this.#present();
    const parent = this.#nodes.get(header.nodeId, tree);
    if (!expected || !parent) return formatFuseError(header.unique, EROFS);
    return kind === 'mkdir'
      ? formatFuseEntry(header.unique, this.#enter(parent, name, expected.node, tree))
      : formatFuseData(header.unique);
  }

  /** Gives a node a number, which the kernel knows from now on. */
  #enter(parent: KnownNode, name: string, node: TreeNode, tree: DirectoryNode): FuseEntry {
    const known = this.#nodes.enter(parent, name, node, tree, this.#ageOf(parent, name, node), this.#host.now());
    known.lookups++;
    return {
      nodeId: known.id,
      ...measureValidity(known, this.#feed.delayMs),
      attributes: this.#attributes(known),
    };
  }

  #ageOf(parent: KnownNode, name: string, node: TreeNode): number {
    if (node.kind === 'directory' && node.namespace) return this.#chronicle.birthOf(node.namespace);
    if (parent.node.kind === 'directory' && parent.node.namespace)
      return this.#chronicle.birthOf(parent.node.namespace);
    return this.#chronicle.changeOf(name);
  }

  #attributes(known: KnownNode): FuseAttributes {
    const { node } = known;
    const { inode, uid, gid } = node;
    const whose = { inode, uid, gid, links: known.isThere ? 1 : 0, changedAtMs: known.changedAtMs };
    switch (node.kind) {
      case 'directory': {
        const path = known.path.join('/');
        const changedAtMs = known.path.length === 1 ? this.#chronicle.changeOf(path) : known.changedAtMs;
        const links = known.isThere ? 2 + countDirectories(node) : 0;
        return { ...whose, changedAtMs, links, mode: modeOf(node), sizeBytes: 0 };
      }
      case 'file':
        return { ...whose, links: 1, mode: modeOf(node), sizeBytes: known.bytes?.length ?? 0 };
      case 'symlink':
        return { ...whose, mode: modeOf(node), sizeBytes: encodeName(node.target).length };
      case 'entrance':
        return { ...whose, mode: modeOf(node), sizeBytes: encodeName(node.candidates[0] ?? '').length };
      case 'events':
        return { ...whose, mode: modeOf(node), sizeBytes: 0 };
    }
  }

  #getattr(unique: bigint, known: KnownNode): Uint8Array {
    const { attributesValidMs } = measureValidity(known, this.#feed.delayMs);
    return formatFuseAttributes(unique, attributesValidMs, this.#attributes(known));
  }

  #readlink(unique: bigint, { node }: KnownNode): Uint8Array {
    if (node.kind === 'symlink') return formatFuseData(unique, encodeName(node.target));
    if (node.kind !== 'entrance') return formatFuseError(unique, EINVAL);
    const path = this.#host.findEntrance(node);
    return path === undefined ? formatFuseError(unique, ENOENT) : formatFuseData(unique, encodeName(path));
  }

  #open(unique: bigint, { node }: KnownNode): Uint8Array {
    if (node.kind === 'file') return formatFuseOpen(unique, 0, openFlag.keepCache);
    if (node.kind !== 'events') return formatFuseError(unique, node.kind === 'directory' ? EISDIR : EINVAL);
    const handle = this.#nextHandle++;
    this.#events.open(handle);
    this.#unwatch.set(handle, this.#feed.watch());
    return formatFuseOpen(unique, handle, openFlag.directIo | openFlag.nonseekable | openFlag.stream);
  }

  #read(unique: bigint, { node, bytes }: KnownNode, { handle, offset, size, flags }: FuseReadBody) {
    if (node.kind === 'events') {
      this.#events.read(handle, unique, size, (flags & oNonblock) === 0);
      return undefined;
    }
    return bytes ? formatFuseData(unique, bytes.subarray(offset, offset + size)) : formatFuseError(unique, EISDIR);
  }

  #opendir(unique: bigint, { node }: KnownNode): Uint8Array {
    if (node.kind !== 'directory') return formatFuseError(unique, ENOTDIR);
    const handle = this.#nextHandle++;
    this.#directories.set(handle, { entries: [] });
    return formatFuseOpen(unique, handle, 0);
  }

  /** What is listed is the state at the beginning of the listing. One that has ended is empty. */
  #readdir(unique: bigint, known: KnownNode, body: FuseReadBody): Uint8Array {
    const open = this.#directories.get(body.handle);
    if (!open || known.node.kind !== 'directory') return formatFuseError(unique, EINVAL);
    if (body.offset === 0) open.entries = known.isThere ? [...known.node.entries()] : [];
    const plus = body.kind === 'readdirplus';
    const listing = new FuseListing(Math.min(body.size, 1 << 20));
    for (const [offset, name] of ['.', '..'].entries()) {
      if (offset < body.offset) continue;
      const encoded = encodeName(name);
      if (!listing.hasRoom(encoded, plus)) return listing.finish(unique);
      listing.add(encoded, known.node.inode, offset + 1, fileType.directory, plus ? null : undefined);
    }
    for (let i = Math.max(body.offset - 2, 0); i < open.entries.length; i++) {
      const [name, node] = open.entries[i] as (typeof open.entries)[number];
      const encoded = encodeName(name);
      if (!listing.hasRoom(encoded, plus)) break;
      // What has gone since the listing began is still listed, and not looked up. The text of a file is put together when
      // somebody looks at the file itself: whoever walks a tree wants to know no more than its kind.
      const isEntered = known.isThere && node.kind !== 'file';
      const entry = plus ? (isEntered ? this.#enter(known, name, node, this.#tree.root) : null) : undefined;
      listing.add(encoded, node.inode, i + 3, typeOf(node), entry);
    }
    return listing.finish(unique);
  }

  #poll(unique: bigint, { handle, pollId, flags }: FusePollBody): Uint8Array {
    const isReady = this.#events.poll(handle, (flags & pollScheduleNotify) !== 0 ? pollId : undefined);
    return formatFusePoll(unique, isReady ? pollIn | pollOut : 0);
  }
}

function typeOf(node: TreeNode): number {
  if (node.kind === 'directory') return fileType.directory;
  return node.kind === 'symlink' || node.kind === 'entrance' ? fileType.symlink : fileType.file;
}

function modeOf(node: TreeNode): number {
  return (typeOf(node) << 12) | ('mode' in node ? node.mode : 0o777);
}

function countDirectories(node: DirectoryNode): number {
  if (node.directories !== undefined) return node.directories;
  let count = 0;
  for (const entry of node.entries().values()) if (entry.kind === 'directory') count++;
  return count;
}
