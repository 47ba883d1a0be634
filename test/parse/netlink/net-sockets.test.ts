import assert from 'node:assert/strict';
import { endianness } from 'node:os';
import { test } from 'node:test';
import { countNeighbours, formatIp, parseAddresses, parseRoutes } from '../../../src/parse/netlink/addresses.ts';
import { parseListening, parseSocketCounts } from '../../../src/parse/netlink/net-sockets.ts';

const skip = endianness() !== 'LE' && 'needs a little-endian machine: the text was recorded on one';

const head =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     \n';

test('Of TCP those that listen are taken, and not those that are connected.', { skip }, () => {
  const text = `${head}   0: 0100007F:1F75 00000000:0000 0A 00000000:00000000 00:00000000 00000000   101        0 5012 1 0000000000000000 100 0 0 10 0\n   1: 0100007F:1F75 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 5013 1 0000000000000000 100 0 0 10 0\n`;
  assert.deepEqual(parseListening(text, 'tcp'), [{ address: '127.0.0.1', port: 8053, uid: 101, socket: 5012 }]);
});

test('An address of IPv6 is made of words in the order of the machine.', { skip }, () => {
  const line =
    '   0: 000080FE00000000FF005450B6AD1DFE:0222 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 77 2 0000000000000000 0\n';
  assert.deepEqual(parseListening(head + line, 'udp'), [
    { address: 'fe80::5054:ff:fe1d:adb6', port: 546, uid: 0, socket: 77 },
  ]);
});

test('A line that is cut, or has nothing in it, is passed over.', () => {
  assert.deepEqual(parseListening(`${head}\n   0: 0100007F:1F75 00000000:0000 0A`, 'tcp'), []);
  assert.deepEqual(parseListening('', 'tcp'), []);
});

test('Sockets of both families are counted together.', () => {
  const four =
    'sockets: used 9\nTCP: inuse 4 orphan 0 tw 0 alloc 5 mem 1\nUDP: inuse 2 mem 0\nUDPLITE: inuse 0\nRAW: inuse 1\n';
  assert.deepEqual(parseSocketCounts([four, 'TCP6: inuse 3\nUDP6: inuse 1\nRAW6: inuse 0\n']), {
    tcp: 7,
    udp: 3,
    raw: 1,
  });
});

test('Addresses read as inet_ntop writes them.', () => {
  const of = (...words: number[]) => formatIp(Uint8Array.from(words.flatMap((word) => [word >> 8, word & 255])));
  assert.equal(of(0, 0, 0, 0, 0, 0, 0, 0), '::');
  assert.equal(of(0, 0, 0, 0, 0, 0, 0, 1), '::1');
  assert.equal(of(0xfe80, 0, 0, 0, 1, 0, 0, 1), 'fe80::1:0:0:1');
  assert.equal(of(0x2001, 0xdb8, 0, 1, 0, 1, 0, 1), '2001:db8:0:1:0:1:0:1');
  assert.equal(of(0, 0, 0, 0, 0, 0xffff, 0x0a00, 7), '::ffff:10.0.0.7');
  assert.equal(formatIp(Uint8Array.of(10, 0, 0, 7)), '10.0.0.7');
  assert.equal(formatIp(Uint8Array.of(1, 2, 3)), '');
});

/** A message of a dump in the machine's order: the fixed part in hexadecimal, then attributes of four bytes. */
function messageOf(type: number, fixed: string, ...attributes: readonly (readonly [type: number, value: string])[]) {
  const body = Buffer.from(fixed, 'hex');
  const head = Buffer.alloc(16);
  const values = attributes.map(([attribute, value]) => {
    const bytes = Buffer.alloc(8);
    bytes.writeUInt16LE(8, 0);
    bytes.writeUInt16LE(attribute, 2);
    bytes.write(value, 4, 'hex');
    return bytes;
  });
  const size = head.length + body.length + 8 * values.length;
  head.writeUInt32LE(size, 0);
  head.writeUInt16LE(type, 4);
  head.writeUInt16LE(2, 6);
  return Buffer.concat([head, body, ...values]);
}

test('Of a point-to-point link the own address is taken, not that of the other end.', { skip }, () => {
  const message = messageOf(20, '0220800003000000', [1, '0a4d0009'], [2, '0a4d0002']);
  assert.deepEqual(parseAddresses(message), {
    done: false,
    errno: 0,
    records: [{ index: 3, address: '10.77.0.2', prefixLength: 32 }],
  });
});

test('Routes to own addresses, broadcasts and cached ones are left out; a table above 255 is an attribute.', {
  skip,
}, () => {
  const unicast = messageOf(24, '020000001003000100000000', [4, '03000000'], [5, '0a4d0009'], [15, 'e8030000']);
  const local = messageOf(24, '02200000ff02fe0200000000', [1, '0a4d0002']);
  const cached = messageOf(24, '02200000fe03000100020000', [1, '0a4d0002']);
  const blackhole = messageOf(24, '02100000fe03000600000000', [1, '0a630000']);
  assert.deepEqual(parseRoutes(Buffer.concat([unicast, local, cached, blackhole])).records, [
    { family: 4, kind: 'unicast', to: 'default', via: '10.77.0.9', index: 3, table: 1000 },
    { family: 4, kind: 'blackhole', to: '10.99.0.0/16', via: undefined, index: undefined, table: 254 },
  ]);
});

test('Neighbours that need no asking are not counted.', { skip }, () => {
  const reachable = messageOf(28, '020000000300000002000001');
  const fixed = messageOf(28, '020000000300000040000001');
  assert.equal(countNeighbours(Buffer.concat([reachable, fixed])).count, 1);
});
