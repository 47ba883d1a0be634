// Requests as the kernel writes them: what tests of the decoder and of the session send.
import { fuseOpcode, inHeaderBytes } from '../../../src/parse/fuse/protocol.ts';

export interface Message {
  readonly opcode: number;
  readonly unique?: bigint;
  readonly nodeId?: number;
  readonly pid?: number;
  readonly body?: Uint8Array;
}

/** struct fuse_in_header and what follows it. */
export function message({ opcode, unique = 2n, nodeId = 1, pid = 41, body = new Uint8Array() }: Message): Uint8Array {
  const bytes = new Uint8Array(inHeaderBytes + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length, true);
  view.setUint32(4, opcode, true);
  view.setBigUint64(8, unique, true);
  view.setBigUint64(16, BigInt(nodeId), true);
  view.setUint32(24, 1000, true);
  view.setUint32(28, 100, true);
  view.setUint32(32, pid, true);
  bytes.set(body, inHeaderBytes);
  return bytes;
}

/** Words of 64 bits. */
export function longs(...values: readonly (number | bigint)[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 8);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => {
    view.setBigUint64(i * 8, BigInt(value), true);
  });
  return bytes;
}

/** Words of 32 bits. */
export function words(...values: readonly number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(values).buffer);
}

/** A name and its end. */
export function text(name: string): Uint8Array {
  return new TextEncoder().encode(`${name}\0`);
}

export function join(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** struct fuse_read_in. */
export function readBody(handle: number, offset: number, size: number, flags = 0): Uint8Array {
  return join(longs(handle, offset), words(size, 0), longs(0), words(flags, 0));
}

/** One request of each kind that is decoded, well formed. */
export const samples: Readonly<Record<string, Message>> = {
  lookup: { opcode: fuseOpcode.lookup, body: text('net') },
  mkdir: { opcode: fuseOpcode.mkdir, body: join(words(0o755, 0o22), text('4026532992')) },
  rmdir: { opcode: fuseOpcode.rmdir, body: text('4026532992') },
  forget: { opcode: fuseOpcode.forget, nodeId: 9, body: longs(3) },
  batchForget: { opcode: fuseOpcode.batchForget, nodeId: 0, body: join(words(2, 0), longs(9, 3, 10, 1)) },
  getattr: { opcode: fuseOpcode.getattr, body: join(words(0, 0), longs(0)) },
  readlink: { opcode: fuseOpcode.readlink },
  statfs: { opcode: fuseOpcode.statfs },
  open: { opcode: fuseOpcode.open, body: words(0o4000, 0) },
  opendir: { opcode: fuseOpcode.opendir, body: words(0, 0) },
  read: { opcode: fuseOpcode.read, body: readBody(7, 4096, 131072, 0o4000) },
  readdir: { opcode: fuseOpcode.readdir, body: readBody(7, 0, 4096) },
  readdirplus: { opcode: fuseOpcode.readdirplus, body: readBody(7, 0, 4096) },
  release: { opcode: fuseOpcode.release, body: longs(7, 0, 0) },
  releasedir: { opcode: fuseOpcode.releasedir, body: longs(7, 0, 0) },
  init: { opcode: fuseOpcode.init, body: join(words(7, 45, 131072, 0x73fffffb), new Uint8Array(48)) },
  interrupt: { opcode: fuseOpcode.interrupt, body: longs(12) },
  poll: { opcode: fuseOpcode.poll, body: join(longs(7, 99), words(1, 1)) },
  destroy: { opcode: fuseOpcode.destroy },
  other: { opcode: 22, body: text('security.capability') },
};
