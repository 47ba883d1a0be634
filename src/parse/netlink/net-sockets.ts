// Sockets of a network namespace: /proc/PID/net/tcp and its like, and sockstat: proc_pid_net(5).
import { formatIp } from './addresses.ts';

export interface ListeningSocket {
  /** "0.0.0.0", "::": all addresses. */
  readonly address: string;
  readonly port: number;
  readonly uid: number;
  /** Inode number in sockfs; 0 for one that no process has open. */
  readonly socket: number;
}

/** include/net/tcp_states.h: of UDP a socket without a peer is in TCP_CLOSE. */
const waiting = { tcp: '0A', udp: '07' } as const;

/**
 * Sockets that wait for whoever comes: of TCP those that listen, of UDP those that are bound and have no peer.
 */
export function parseListening(text: string, protocol: keyof typeof waiting): readonly ListeningSocket[] {
  const sockets: ListeningSocket[] = [];
  for (const line of text.split('\n').slice(1, -1)) {
    const [, local = '', , state, , , , uid, , socket] = line.trim().split(/\s+/);
    const at = local.lastIndexOf(':');
    const port = Number.parseInt(local.slice(at + 1), 16);
    if (state !== waiting[protocol] || !(port > 0)) continue;
    sockets.push({ address: parseAddress(local.slice(0, at)), port, uid: Number(uid), socket: Number(socket) });
  }
  return sockets;
}

const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Words of four bytes, each as a number of the machine. */
function parseAddress(text: string): string {
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    const from = isLittleEndian ? (i & ~3) + 3 - (i & 3) : i;
    bytes[i] = Number.parseInt(text.slice(2 * from, 2 * from + 2), 16);
  }
  return formatIp(bytes);
}

export interface SocketCounts {
  readonly tcp: number;
  readonly udp: number;
  readonly raw: number;
}

/** sockstat and sockstat6: "TCP: inuse 4 orphan 0 …", "UDP6: inuse 1". */
export function parseSocketCounts(texts: readonly string[]): SocketCounts {
  const read = (word: string) =>
    texts.reduce((sum, text) => sum + Number(new RegExp(`^${word}6?: inuse (\\d+)`, 'm').exec(text)?.[1] ?? 0), 0);
  return { tcp: read('TCP'), udp: read('UDP'), raw: read('RAW') };
}
