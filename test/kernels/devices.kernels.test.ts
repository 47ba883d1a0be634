// A network device of the machine, which a host has one of and cannot spare: in a guest it goes into a network namespace
// whose processes end.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Finding } from '../../src/analysis/findings/finding.ts';
import { missing } from '../tiers.ts';
import { fetchKernel, guestNeeds, nscopeInGuest, runInGuest } from './guest.ts';
import { nameAnswer, readAnswer } from './guest-answers.ts';
import { guestsAtOnce } from './slots.ts';

const skip = missing({ ...guestNeeds, commands: [...guestNeeds.commands, 'ip'] });

/** The kernel tells the device behind a link from Linux 5.14 on. */
const versions = ['6.1', '7'] as const;

const doctor = `${nscopeInGuest} doctor --json --only device-in-ended-namespace`;
const move = 'ip -n gone link set dev eth0 netns 1';

describe('Devices of the machine.', { skip, concurrency: guestsAtOnce }, () => {
  before(() => versions.forEach(fetchKernel));
  for (const version of versions) {
    test(`A device in a namespace in which nothing runs any more is named, and comes back by the fix: Linux ${version}.`, async () => {
      const command = [
        '/run/modprobe virtio_net',
        'ip netns add gone && ip link set eth0 netns gone || exit',
        'ip netns exec gone sleep 1000 & workload=$!; sleep 3',
        nameAnswer('inhabited', doctor),
        'kill $workload; wait $workload 2>/dev/null',
        nameAnswer('ended', doctor),
        move,
        'echo "DEVICES $(cd /sys/class/net && echo *)"',
        nameAnswer('moved', doctor),
      ].join('\n');
      const output = await runInGuest(version, command, { qemuArguments: '-device virtio-net-pci,romfile=' });
      const findIn = (name: string) => (readAnswer(output, name) as { readonly findings: readonly Finding[] }).findings;
      assert.deepEqual(findIn('inhabited'), [], output);
      const [found, ...more] = findIn('ended');
      assert.ok(found && more.length === 0, output);
      assert.match(found.says, /^eth0 of this machine is in net:\[\d+\], where nothing runs$/);
      assert.equal(found.fixes[0]?.command, move);
      assert.match(output, /^DEVICES eth0 lo$/m);
      assert.deepEqual(findIn('moved'), []);
    });
  }
});
