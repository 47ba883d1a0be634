// Answers to the kernel: records → the bytes that are written to /dev/fuse. include/uapi/linux/fuse.h

import { encodeText } from '../text/text.ts';
import { attrBytes, entryBytes, outHeaderBytes } from './protocol.ts';

/** What stat(2) tells of a node. */
export interface FuseAttributes {
  /** st_ino. */
  readonly inode: number;
  readonly sizeBytes: number;
  /** Type and permissions. */
  readonly mode: number;
  readonly links: number;
  readonly uid: number;
  readonly gid: number;
  /** Of content and of state, in ms since 1970. */
  readonly changedAtMs: number;
}

export interface FuseEntry {
  readonly nodeId: number;
  /** How long the kernel may take the name, and the attributes, for what they are. */
  readonly entryTimeoutMs: number;
  readonly attributesTimeoutMs: number;
  readonly attributes: FuseAttributes;
}

/** @param error - a positive errno value */
export function formatFuseError(unique: bigint, error: number): Uint8Array {
  const [bytes, view] = begin(unique, 0);
  view.setInt32(4, -error, true);
  return bytes;
}

/** An answer without a body, or with one of bytes. */
export function formatFuseData(unique: bigint, data: Uint8Array = nothing): Uint8Array {
  const [bytes] = begin(unique, data.length);
  bytes.set(data, outHeaderBytes);
  return bytes;
}

const nothing = new Uint8Array(0);

interface FuseInit {
  readonly minor: number;
  readonly maxReadahead: number;
  readonly flags: number;
  readonly maxBackground: number;
  readonly maxWrite: number;
  readonly maxPages: number;
}

export function formatFuseInit(unique: bigint, init: FuseInit): Uint8Array {
  const [bytes, view] = begin(unique, 64);
  view.setUint32(16, 7, true);
  view.setUint32(20, init.minor, true);
  view.setUint32(24, init.maxReadahead, true);
  view.setUint32(28, init.flags, true);
  view.setUint16(32, init.maxBackground, true);
  view.setUint16(34, Math.ceil((init.maxBackground * 3) / 4), true);
  view.setUint32(36, init.maxWrite, true);
  // Times are exact to the nanosecond, as far as a number of milliseconds tells.
  view.setUint32(40, 1, true);
  view.setUint16(44, init.maxPages, true);
  return bytes;
}

export function formatFuseEntry(unique: bigint, entry: FuseEntry): Uint8Array {
  const [bytes, view] = begin(unique, entryBytes);
  writeEntry(view, outHeaderBytes, entry);
  return bytes;
}

export function formatFuseAttributes(unique: bigint, timeoutMs: number, attributes: FuseAttributes): Uint8Array {
  const [bytes, view] = begin(unique, 16 + attrBytes);
  writeNumber(view, 16, Math.floor(timeoutMs / 1000));
  view.setUint32(24, (timeoutMs % 1000) * 1e6, true);
  writeAttributes(view, 32, attributes);
  return bytes;
}

export function formatFuseOpen(unique: bigint, handle: number, flags: number): Uint8Array {
  const [bytes, view] = begin(unique, 16);
  writeNumber(view, 16, handle);
  view.setUint32(24, flags, true);
  return bytes;
}

export function formatFusePoll(unique: bigint, events: number): Uint8Array {
  const [bytes, view] = begin(unique, 8);
  view.setUint32(16, events, true);
  return bytes;
}

/** The nodes of a file system that has no blocks: statfs(2). */
export function formatFuseStatfs(unique: bigint, nodes: number): Uint8Array {
  const [bytes, view] = begin(unique, 80);
  writeNumber(view, 16 + 24, nodes);
  view.setUint32(16 + 40, 4096, true);
  view.setUint32(16 + 44, 255, true);
  view.setUint32(16 + 48, 4096, true);
  return bytes;
}

/** FUSE_NOTIFY_POLL: what was polled has something to read. */
export function formatFusePollWakeup(code: number, pollId: bigint): Uint8Array {
  const [bytes, view] = begin(0n, 8);
  view.setInt32(4, code, true);
  view.setBigUint64(16, pollId, true);
  return bytes;
}

/** FUSE_NOTIFY_INVAL_ENTRY: the kernel is to ask anew for a name. */
export function formatFuseInvalidateEntry(code: number, parent: number, name: string): Uint8Array {
  const encoded = encodeText(name);
  const [bytes, view] = begin(0n, 16 + encoded.length + 1);
  view.setInt32(4, code, true);
  writeNumber(view, 16, parent);
  view.setUint32(24, encoded.length, true);
  bytes.set(encoded, 32);
  return bytes;
}

/**
 * FUSE_NOTIFY_STORE: the whole text of a file, for the page cache of the kernel, which must know the node. The kernel waits
 * for a page that is being read: no request to read the file may be without an answer.
 */
export function formatFuseStore(code: number, nodeId: number, data: Uint8Array): Uint8Array {
  const [bytes, view] = begin(0n, 24 + data.length);
  view.setInt32(4, code, true);
  writeNumber(view, 16, nodeId);
  view.setUint32(32, data.length, true);
  bytes.set(data, 40);
  return bytes;
}

/** A listing that fills as much of the size that was asked for as whole entries do. */
export class FuseListing {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #limit: number;
  #used = outHeaderBytes;

  constructor(sizeBytes: number) {
    this.#limit = outHeaderBytes + sizeBytes;
    this.#bytes = new Uint8Array(this.#limit);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Whether an entry of this name has room. */
  hasRoom(name: Uint8Array, plus: boolean): boolean {
    return this.#used + measure(name, plus) <= this.#limit;
  }

  /**
   * @param next - where a reader goes on behind this entry
   * @param type - of fileType
   * @param entry - for FUSE_READDIRPLUS; null there for one that is not looked up
   */
  add(name: Uint8Array, inode: number, next: number, type: number, entry?: FuseEntry | null): void {
    let at = this.#used;
    const end = at + measure(name, entry !== undefined);
    if (entry !== undefined) {
      if (entry !== null) writeEntry(this.#view, at, entry);
      at += entryBytes;
    }
    writeNumber(this.#view, at, inode);
    writeNumber(this.#view, at + 8, next);
    this.#view.setUint32(at + 16, name.length, true);
    this.#view.setUint32(at + 20, type, true);
    this.#bytes.set(name, at + 24);
    this.#used = end;
  }

  finish(unique: bigint): Uint8Array {
    writeHeader(this.#view, unique, this.#used);
    return this.#bytes.subarray(0, this.#used);
  }
}

function measure(name: Uint8Array, plus: boolean): number {
  return (plus ? entryBytes : 0) + ((24 + name.length + 7) & ~7);
}

function begin(unique: bigint, bodyBytes: number): [Uint8Array, DataView] {
  // Out of Node's pool: a buffer of its own for each answer costs more than what is written to it.
  const { buffer, byteOffset, length } = Buffer.allocUnsafe(outHeaderBytes + bodyBytes).fill(0);
  const bytes = new Uint8Array(buffer, byteOffset, length);
  const view = new DataView(buffer, byteOffset, length);
  writeHeader(view, unique, bytes.length);
  return [bytes, view];
}

function writeHeader(view: DataView, unique: bigint, length: number): void {
  view.setUint32(0, length, true);
  view.setBigUint64(8, unique, true);
}

function writeEntry(view: DataView, at: number, entry: FuseEntry): void {
  writeNumber(view, at, entry.nodeId);
  writeNumber(view, at + 16, Math.floor(entry.entryTimeoutMs / 1000));
  writeNumber(view, at + 24, Math.floor(entry.attributesTimeoutMs / 1000));
  view.setUint32(at + 32, (entry.entryTimeoutMs % 1000) * 1e6, true);
  view.setUint32(at + 36, (entry.attributesTimeoutMs % 1000) * 1e6, true);
  writeAttributes(view, at + 40, entry.attributes);
}

function writeAttributes(view: DataView, at: number, attributes: FuseAttributes): void {
  const seconds = Math.floor(attributes.changedAtMs / 1000);
  const nanoseconds = Math.floor(attributes.changedAtMs % 1000) * 1e6;
  writeNumber(view, at, attributes.inode);
  writeNumber(view, at + 8, attributes.sizeBytes);
  writeNumber(view, at + 16, Math.ceil(attributes.sizeBytes / 512));
  for (const i of [0, 1, 2]) {
    writeNumber(view, at + 24 + 8 * i, seconds);
    view.setUint32(at + 48 + 4 * i, nanoseconds, true);
  }
  view.setUint32(at + 60, attributes.mode, true);
  view.setUint32(at + 64, attributes.links, true);
  view.setUint32(at + 68, attributes.uid, true);
  view.setUint32(at + 72, attributes.gid, true);
  view.setUint32(at + 80, 4096, true);
}

function writeNumber(view: DataView, at: number, value: number): void {
  view.setUint32(at, value % 0x1_0000_0000, true);
  view.setUint32(at + 4, Math.floor(value / 0x1_0000_0000), true);
}
