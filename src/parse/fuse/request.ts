// What the kernel asks through /dev/fuse. Bytes of a request → a record. include/uapi/linux/fuse.h

import { parseText } from '../text/text.ts';
import { fuseOpcode, inHeaderBytes } from './protocol.ts';

/** What every request begins with: struct fuse_in_header. */
export interface FuseHeader {
  readonly opcode: number;
  /** The number that the answer must carry. */
  readonly unique: bigint;
  /** 0 for requests of no node; a number that no node can have where it does not fit 53 bits. */
  readonly nodeId: number;
  readonly uid: number;
  readonly gid: number;
  /** The thread that asks, in the pid namespace of whoever mounted; 0 where it is outside. */
  readonly pid: number;
}

export interface FuseNameBody {
  readonly kind: 'lookup' | 'rmdir' | 'mkdir';
  readonly name: string;
}

interface FuseForgetBody {
  readonly kind: 'forget';
  readonly nodes: readonly { readonly nodeId: number; readonly lookups: number }[];
}

export interface FuseReadBody {
  readonly kind: 'read' | 'readdir' | 'readdirplus';
  /** What the answer to an opening gave. */
  readonly handle: number;
  readonly offset: number;
  readonly size: number;
  /** Of open(2). */
  readonly flags: number;
}

export interface FuseInitBody {
  readonly kind: 'init';
  readonly major: number;
  readonly minor: number;
  readonly maxReadahead: number;
  readonly flags: number;
}

export interface FusePollBody {
  readonly kind: 'poll';
  readonly handle: number;
  /** Under which a later wake-up is sent. */
  readonly pollId: bigint;
  readonly flags: number;
}

type FuseBody =
  | FuseNameBody
  | FuseForgetBody
  | FuseReadBody
  | FuseInitBody
  | FusePollBody
  | { readonly kind: 'getattr' | 'readlink' | 'statfs' | 'destroy' }
  | { readonly kind: 'open' | 'opendir'; readonly flags: number }
  | { readonly kind: 'release' | 'releasedir'; readonly handle: number }
  | { readonly kind: 'interrupt'; readonly interrupted: bigint }
  /** One that nscope does not read further. */
  | { readonly kind: 'other' };

export interface FuseRequest {
  readonly header: FuseHeader;
  readonly body: FuseBody;
}

/** A request that is not as the header file has it; `unique` is 0 where not even its beginning is whole. */
interface MalformedRequest {
  readonly malformed: string;
  readonly opcode: number;
  readonly unique: bigint;
}

/** @returns the request, or what is wrong with it; never throws */
export function parseFuseRequest(bytes: Uint8Array): FuseRequest | MalformedRequest {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < inHeaderBytes)
    return { malformed: `${bytes.length} bytes are too few for a header`, opcode: 0, unique: 0n };
  const opcode = view.getUint32(4, true);
  const unique = view.getBigUint64(8, true);
  const length = view.getUint32(0, true);
  if (length !== bytes.length)
    return { malformed: `the header states ${length} bytes, and ${bytes.length} came`, opcode, unique };
  const body = parseBody(opcode, view, bytes);
  if (typeof body === 'string') return { malformed: body, opcode, unique };
  const header = {
    opcode,
    unique,
    nodeId: readNumber(view, 16),
    uid: view.getUint32(24, true),
    gid: view.getUint32(28, true),
    pid: view.getUint32(32, true),
  };
  return { header, body };
}

/** @returns the body, or what is wrong with it */
function parseBody(opcode: number, view: DataView, bytes: Uint8Array): FuseBody | string {
  const short = needs(opcode, bytes.length);
  if (short !== undefined) return short;
  switch (opcode) {
    case fuseOpcode.lookup:
    case fuseOpcode.rmdir:
      return parseName(opcode === fuseOpcode.lookup ? 'lookup' : 'rmdir', bytes, inHeaderBytes);
    case fuseOpcode.mkdir:
      return parseName('mkdir', bytes, inHeaderBytes + 8);
    case fuseOpcode.forget:
      return {
        kind: 'forget',
        nodes: [{ nodeId: readNumber(view, 16), lookups: readNumber(view, inHeaderBytes) }],
      };
    case fuseOpcode.batchForget:
      return parseBatchForget(view);
    case fuseOpcode.getattr:
      return { kind: 'getattr' };
    case fuseOpcode.readlink:
      return { kind: 'readlink' };
    case fuseOpcode.statfs:
      return { kind: 'statfs' };
    case fuseOpcode.destroy:
      return { kind: 'destroy' };
    case fuseOpcode.open:
    case fuseOpcode.opendir:
      return { kind: opcode === fuseOpcode.open ? 'open' : 'opendir', flags: view.getUint32(inHeaderBytes, true) };
    case fuseOpcode.read:
      return parseRead('read', view);
    case fuseOpcode.readdir:
      return parseRead('readdir', view);
    case fuseOpcode.readdirplus:
      return parseRead('readdirplus', view);
    case fuseOpcode.release:
    case fuseOpcode.releasedir:
      return {
        kind: opcode === fuseOpcode.release ? 'release' : 'releasedir',
        handle: readNumber(view, inHeaderBytes),
      };
    case fuseOpcode.init:
      return {
        kind: 'init',
        major: view.getUint32(inHeaderBytes, true),
        minor: view.getUint32(inHeaderBytes + 4, true),
        maxReadahead: view.getUint32(inHeaderBytes + 8, true),
        flags: view.getUint32(inHeaderBytes + 12, true),
      };
    case fuseOpcode.interrupt:
      return { kind: 'interrupt', interrupted: view.getBigUint64(inHeaderBytes, true) };
    case fuseOpcode.poll:
      return {
        kind: 'poll',
        handle: readNumber(view, inHeaderBytes),
        pollId: view.getBigUint64(inHeaderBytes + 8, true),
        flags: view.getUint32(inHeaderBytes + 16, true),
      };
    default:
      return { kind: 'other' };
  }
}

/** The bytes of the structs behind the header: fuse_open_in, fuse_read_in and so on. */
const bodyBytes = new Map<number, number>([
  [fuseOpcode.lookup, 2],
  [fuseOpcode.rmdir, 2],
  [fuseOpcode.mkdir, 8 + 2],
  [fuseOpcode.forget, 8],
  [fuseOpcode.batchForget, 8],
  [fuseOpcode.open, 8],
  [fuseOpcode.opendir, 8],
  [fuseOpcode.read, 40],
  [fuseOpcode.readdir, 40],
  [fuseOpcode.readdirplus, 40],
  [fuseOpcode.release, 24],
  [fuseOpcode.releasedir, 24],
  [fuseOpcode.init, 16],
  [fuseOpcode.interrupt, 8],
  [fuseOpcode.poll, 24],
]);

function needs(opcode: number, length: number): string | undefined {
  const bytes = bodyBytes.get(opcode) ?? 0;
  return length - inHeaderBytes < bytes
    ? `${length - inHeaderBytes} bytes behind the header are too few: ${bytes} are needed`
    : undefined;
}

/** Names are bytes, of which each that is not UTF-8 becomes an escape of parseText. */
function parseName(kind: 'lookup' | 'rmdir' | 'mkdir', bytes: Uint8Array, start: number): FuseBody | string {
  const end = bytes.indexOf(0, start);
  if (end !== bytes.length - 1) return end < 0 ? 'a name has no end' : 'something follows the end of a name';
  if (end === start) return 'a name is empty';
  return { kind, name: parseText(bytes.subarray(start, end)) };
}

function parseBatchForget(view: DataView): FuseBody | string {
  const count = view.getUint32(inHeaderBytes, true);
  const first = inHeaderBytes + 8;
  if (view.byteLength - first !== count * 16)
    return `${count} nodes to forget take ${count * 16} bytes, and ${view.byteLength - first} came`;
  const nodes = Array.from({ length: count }, (_, i) => ({
    nodeId: readNumber(view, first + i * 16),
    lookups: readNumber(view, first + i * 16 + 8),
  }));
  return { kind: 'forget', nodes };
}

function parseRead(kind: 'read' | 'readdir' | 'readdirplus', view: DataView): FuseBody | string {
  const offset = readNumber(view, inHeaderBytes + 8);
  if (offset > Number.MAX_SAFE_INTEGER) return 'an offset is beyond all files';
  return {
    kind,
    handle: readNumber(view, inHeaderBytes),
    offset,
    size: view.getUint32(inHeaderBytes + 16, true),
    flags: view.getUint32(inHeaderBytes + 32, true),
  };
}

/** A 64-bit value as a number: exact below 2^53, which is where all of nscope's own numbers lie. */
function readNumber(view: DataView, offset: number): number {
  return view.getUint32(offset + 4, true) * 0x1_0000_0000 + view.getUint32(offset, true);
}
