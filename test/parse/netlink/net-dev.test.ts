// /proc/PID/net/dev as Linux 6.18 writes it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseNetDevices } from '../../../src/parse/netlink/net-dev.ts';

const heads = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
`;

test('Each line after the two heads is a device.', () => {
  const text = `${heads}    lo:     740       6    0    0    0     0          0         0      740       6    0    0    0     0       0          0
eth0.100@x: 1 2 3\nverylongname0:12345 1\n`;
  assert.deepEqual(parseNetDevices(text), ['lo', 'eth0.100@x', 'verylongname0']);
  assert.deepEqual(parseNetDevices(heads), []);
  assert.deepEqual(parseNetDevices(''), []);
});
