// A session without a kernel: a test sends requests and reads the answers.
import assert from 'node:assert/strict';
import type { Snapshot } from '../../src/model/snapshot/schema.ts';
import { compareSnapshots } from '../../src/namespacefs/feed/chronicle.ts';
import type { SnapshotFeed, SnapshotListener } from '../../src/namespacefs/feed/snapshot-feed.ts';
import type { Announcement } from '../../src/namespacefs/session/announcer.ts';
import { Session } from '../../src/namespacefs/session/session.ts';
import { fuseOpcode, notifyCode } from '../../src/parse/fuse/protocol.ts';
import { longs, type Message, message, readBody, text, words } from '../parse/fuse/messages.ts';

/** What came back under a number: a positive errno value, or bytes. */
export interface Answer {
  readonly errno: number;
  readonly view: DataView;
  readonly bytes: Uint8Array;
}

export interface Looked {
  readonly errno: number;
  readonly nodeId: number;
  readonly inode: number;
  readonly sizeBytes: number;
  readonly mode: number;
  readonly links: number;
}

/** A feed whose state the test sets. */
export class SetFeed implements SnapshotFeed {
  readonly delayMs = 100;
  watchers = 0;
  failure: Error | undefined;
  readonly #listeners = new Set<SnapshotListener>();
  #snapshot: Snapshot;

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
  }

  current(): Snapshot {
    if (this.failure) throw this.failure;
    return this.#snapshot;
  }

  set(snapshot: Snapshot): void {
    const before = this.#snapshot;
    this.#snapshot = snapshot;
    const changes = compareSnapshots(snapshot, before, 1_700_000_000_000);
    for (const listener of this.#listeners) listener(snapshot, changes);
  }

  onChange(listener: SnapshotListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  watch(): () => void {
    this.watchers++;
    return () => this.watchers--;
  }

  close(): void {}
}

export const ownThread = 4242;

export class ScriptedKernel {
  readonly feed: SetFeed;
  readonly session: Session;
  readonly answers = new Map<bigint, Answer>();
  readonly logged: string[] = [];
  readonly announced: Announcement[] = [];
  /** What was put into the page cache, and after how many answers. */
  readonly stored: { readonly nodeId: number; readonly text: string; readonly answersBefore: number }[] = [];
  nowMs = 1_700_000_000_000;
  #unique = 0n;

  constructor(snapshot: Snapshot) {
    this.feed = new SetFeed(snapshot);
    this.session = new Session(
      this.feed,
      { groups: new Map() },
      {
        reply: (bytes) => this.#take(bytes),
        findEntrance: ({ candidates }) => candidates[0],
        log: (line) => this.logged.push(line),
        now: () => this.nowMs,
        announce: (announcements) => this.announced.push(...announcements),
        isOwnThread: (tid) => tid === ownThread,
      },
    );
  }

  /** Sends, and gives the answer if there is one already. */
  send(sent: Message): Answer | undefined {
    this.#unique += 2n;
    this.session.handle(message({ unique: this.#unique, ...sent }));
    return this.answers.get(sent.unique ?? this.#unique);
  }

  ask(sent: Message): Answer {
    const answer = this.send(sent);
    assert.ok(answer, `no answer to request ${sent.opcode}`);
    return answer;
  }

  lookup(nodeId: number, name: string, pid = 41): Looked {
    return toLooked(this.ask({ opcode: fuseOpcode.lookup, nodeId, pid, body: text(name) }));
  }

  /** Looks up one name after the other, from the root. */
  walk(path: string): Looked {
    let looked: Looked | undefined;
    for (const name of path.split('/')) {
      looked = this.lookup(looked?.nodeId ?? 1, name);
      assert.equal(looked.errno, 0, `${name} of ${path}`);
    }
    assert.ok(looked);
    return looked;
  }

  open(nodeId: number, flags = 0): { readonly errno: number; readonly handle: number; readonly flags: number } {
    const { errno, view } = this.ask({ opcode: fuseOpcode.open, nodeId, body: words(flags, 0) });
    if (errno !== 0) return { errno, handle: 0, flags: 0 };
    return { errno, handle: Number(view.getBigUint64(0, true)), flags: view.getUint32(8, true) };
  }

  read(nodeId: number, handle = 0, offset = 0, size = 131072): Answer {
    return this.ask({ opcode: fuseOpcode.read, nodeId, body: readBody(handle, offset, size) });
  }

  readText(nodeId: number): string {
    return Buffer.from(this.read(nodeId).bytes).toString();
  }

  forget(nodeId: number, lookups: number): void {
    this.send({ opcode: fuseOpcode.forget, nodeId, body: longs(lookups) });
  }

  /** The names in a directory, read in pieces of a size. */
  list(nodeId: number, size = 4096): string[] {
    const opened = this.ask({ opcode: fuseOpcode.opendir, nodeId, body: words(0, 0) });
    const handle = Number(opened.view.getBigUint64(0, true));
    const names: string[] = [];
    for (let offset = 0; ; ) {
      const { errno, view, bytes } = this.ask({
        opcode: fuseOpcode.readdir,
        nodeId,
        body: readBody(handle, offset, size),
      });
      assert.equal(errno, 0);
      if (bytes.length === 0) break;
      for (let at = 0; at < bytes.length; ) {
        const length = view.getUint32(at + 16, true);
        offset = Number(view.getBigUint64(at + 8, true));
        names.push(Buffer.from(bytes.subarray(at + 24, at + 24 + length)).toString());
        at += (24 + length + 7) & ~7;
      }
    }
    assert.equal(this.ask({ opcode: fuseOpcode.releasedir, nodeId, body: longs(handle, 0, 0) }).errno, 0);
    return names;
  }

  #take(bytes: Uint8Array): string | undefined {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    assert.equal(view.getUint32(0, true), bytes.length);
    const unique = view.getBigUint64(8, true);
    if (unique === 0n) {
      if (view.getInt32(4, true) !== notifyCode.store) return undefined;
      const nodeId = Number(view.getBigUint64(16, true));
      this.stored.push({ nodeId, text: Buffer.from(bytes.slice(40)).toString(), answersBefore: this.answers.size });
      return undefined;
    }
    assert.equal(this.answers.has(unique), false, `request ${unique} is answered twice`);
    const body = bytes.slice(16);
    this.answers.set(unique, { errno: Math.abs(view.getInt32(4, true)), bytes: body, view: new DataView(body.buffer) });
    return undefined;
  }
}

function toLooked({ errno, view }: Answer): Looked {
  if (errno !== 0) return { errno, nodeId: 0, inode: 0, sizeBytes: 0, mode: 0, links: 0 };
  return {
    errno,
    nodeId: Number(view.getBigUint64(0, true)),
    inode: Number(view.getBigUint64(40, true)),
    sizeBytes: Number(view.getBigUint64(48, true)),
    mode: view.getUint32(100, true),
    links: view.getUint32(104, true),
  };
}
