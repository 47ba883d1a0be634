// Answers what the kernel asks of the mounted tree: one method for each kind of request.
import { constants } from 'node:os';
import { changingOpcodes, notifyCode, openFlag, pollScheduleNotify } from '../../parse/fuse/protocol.ts';
import {
  type FuseEntry,
  formatFuseAttributes,
  formatFuseData,
  formatFuseEntry,
  formatFuseError,
  formatFuseOpen,
  formatFusePoll,
  formatFusePollWakeup,
  formatFuseStatfs,
  formatFuseStore,
} from '../../parse/fuse/reply.ts';
import {
  type FuseHeader,
  type FuseNameBody,
  type FusePollBody,
  type FuseReadBody,
  type FuseRequest,
  parseFuseRequest,
} from '../../parse/fuse/request.ts';
import { encodeText } from '../../parse/text/text.ts';
import type { SnapshotFeed } from '../feed/snapshot-feed.ts';
import { EventsFile } from '../tree/events-file.ts';
import type { TreeOptions } from '../tree/tree.ts';
import { type DirectoryNode, findEntry, type TreeNode } from '../tree/tree-node.ts';
import type { Announcement } from './announcer.ts';
import { answerInit } from './answer-init.ts';
import { describeAttributes, findBirth } from './attributes.ts';
import { chooseCacheTimeouts } from './cache-timeouts.ts';
import { DirectoryHandles } from './directory-handles.ts';
import type { KnownNode } from './node-table.ts';
import type { SessionHost } from './session-host.ts';
import { ShownTree } from './shown-tree.ts';

const { EINVAL, EIO, EISDIR, ENOENT, ENOSYS, ENOTDIR, EROFS } = constants.errno;

/** Who opens a larger file may want only its beginning. */
const maxStoredBytes = 64 * 1024;
const oNonblock = 0o4000;
const [pollIn, pollOut] = [1, 4];

export class Session {
  readonly #feed: SnapshotFeed;
  readonly #host: SessionHost;
  readonly #tree: ShownTree;
  readonly #events: EventsFile;
  readonly #directories = new DirectoryHandles();
  readonly #unwatch = new Map<number, () => void>();
  #expected: Announcement | undefined;
  #nextHandle = 1;

  constructor(feed: SnapshotFeed, options: TreeOptions, host: SessionHost) {
    this.#feed = feed;
    this.#host = host;
    this.#events = new EventsFile({
      data: (unique, bytes) => this.#reply(formatFuseData(unique, bytes)),
      error: (unique, errno) => this.#reply(formatFuseError(unique, errno)),
      wake: (pollId) => this.#reply(formatFusePollWakeup(notifyCode.poll, pollId)),
    });
    this.#tree = new ShownTree(feed, options, host.now, {
      onLines: (lines) => this.#events.publish(lines),
      onAnnouncements: (announcements) => host.announce?.(announcements),
    });
  }

  /** Lets nscope itself make or remove this directory, and nobody else. */
  expect(announcement: Announcement | undefined): void {
    this.#expected = announcement;
  }

  close(): void {
    this.#tree.stop();
    for (const unwatch of this.#unwatch.values()) unwatch();
  }

  /** How many nodes the kernel knows. */
  get knownNodes(): number {
    return this.#tree.nodes.size;
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
        return answerInit(unique, body);
      case 'forget':
        for (const node of body.nodes) this.#tree.nodes.forget(node.nodeId, node.lookups);
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
        this.#directories.close(body.handle);
        return formatFuseData(unique);
      case 'interrupt':
        this.#events.interrupt(body.interrupted);
        return undefined;
      case 'poll':
        return this.#poll(unique, body);
      case 'statfs':
        return formatFuseStatfs(unique, this.#tree.nodes.size);
      case 'destroy':
        return undefined;
      default:
        return formatFuseError(unique, changingOpcodes.has(header.opcode) ? EROFS : ENOSYS);
    }
  }

  #withNode({ unique, nodeId }: FuseHeader, answer: (known: KnownNode) => Uint8Array | undefined) {
    const known = this.#tree.nodes.get(nodeId, this.#tree.present());
    return known ? answer(known) : formatFuseError(unique, ENOENT);
  }

  #lookup(header: FuseHeader, { name }: FuseNameBody): Uint8Array {
    const { unique, nodeId } = header;
    const tree = this.#tree.present();
    const parent = this.#tree.nodes.get(nodeId, tree);
    const expected = this.#findExpected(header, name);
    if (expected && parent)
      return expected.kind === 'created'
        ? formatFuseError(unique, ENOENT)
        : formatFuseEntry(unique, this.#enter(parent, name, expected.node, tree));
    const node = parent?.isThere && parent.node.kind === 'directory' ? findEntry(parent.node, name) : undefined;
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
    const tree = this.#tree.present();
    const parent = this.#tree.nodes.get(header.nodeId, tree);
    if (!expected || !parent) return formatFuseError(header.unique, EROFS);
    return kind === 'mkdir'
      ? formatFuseEntry(header.unique, this.#enter(parent, name, expected.node, tree))
      : formatFuseData(header.unique);
  }

  /** Gives a node a number, which the kernel knows from now on. */
  #enter(parent: KnownNode, name: string, node: TreeNode, tree: DirectoryNode): FuseEntry {
    const known = this.#tree.nodes.enter(
      parent,
      name,
      node,
      tree,
      findBirth(parent, name, node, this.#tree.chronicle),
      this.#host.now(),
    );
    known.lookups++;
    return {
      nodeId: known.id,
      ...chooseCacheTimeouts(known, this.#feed.delayMs),
      attributes: describeAttributes(known, this.#tree.chronicle, this.#events),
    };
  }

  #getattr(unique: bigint, known: KnownNode): Uint8Array {
    const { attributesTimeoutMs } = chooseCacheTimeouts(known, this.#feed.delayMs);
    return formatFuseAttributes(
      unique,
      attributesTimeoutMs,
      describeAttributes(known, this.#tree.chronicle, this.#events),
    );
  }

  #readlink(unique: bigint, { node }: KnownNode): Uint8Array {
    if (node.kind === 'symlink') return formatFuseData(unique, encodeText(node.target));
    if (node.kind !== 'entrance') return formatFuseError(unique, EINVAL);
    const path = this.#host.findEntrance(node);
    return path === undefined ? formatFuseError(unique, ENOENT) : formatFuseData(unique, encodeText(path));
  }

  #open(unique: bigint, known: KnownNode): Uint8Array {
    const { node } = known;
    if (node.kind === 'file') {
      this.#store(known);
      return formatFuseOpen(unique, 0, openFlag.keepCache);
    }
    if (node.kind !== 'events') return formatFuseError(unique, node.kind === 'directory' ? EISDIR : EINVAL);
    const handle = this.#nextHandle++;
    this.#events.open(handle, node.file);
    this.#unwatch.set(handle, this.#feed.watch());
    return formatFuseOpen(unique, handle, openFlag.directIo | openFlag.nonseekable | openFlag.stream);
  }

  /**
   * Puts the text into the page cache, so that nobody need ask for it. Only before the first opening is answered: while a
   * request to read the file has no answer the kernel would wait for it here.
   */
  #store(known: KnownNode): void {
    const { id, bytes, wasOpened } = known;
    known.wasOpened = true;
    if (wasOpened || !bytes || bytes.length === 0 || bytes.length > maxStoredBytes) return;
    this.#reply(formatFuseStore(notifyCode.store, id, bytes));
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
    this.#directories.open(handle);
    return formatFuseOpen(unique, handle, 0);
  }

  #readdir(unique: bigint, known: KnownNode, body: FuseReadBody): Uint8Array {
    const enter = (name: string, node: TreeNode) => this.#enter(known, name, node, this.#tree.root);
    return this.#directories.read(unique, known, body, enter) ?? formatFuseError(unique, EINVAL);
  }

  #poll(unique: bigint, { handle, pollId, flags }: FusePollBody): Uint8Array {
    const isReady = this.#events.poll(handle, (flags & pollScheduleNotify) !== 0 ? pollId : undefined);
    return formatFusePoll(unique, isReady ? pollIn | pollOut : 0);
  }
}
