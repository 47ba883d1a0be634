// When what is read again, on a clock that stands still until the test moves it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Pace, type Readings } from '../../../src/live/snapshots/pace.ts';
import { ScriptedClock, settle } from '../scripted-host.ts';

type Reading = 'list' | 'mounts' | 'whole' | 'fingerprint';

/** A pace with what it read, and when. */
class Script {
  readonly clock = new ScriptedClock();
  readonly #began = this.clock.now();
  readonly read: [Reading, number][] = [];
  /** How long a reading of each kind takes; of a snapshot the time of a processor. */
  readonly cost = { list: 0, mounts: 0, whole: 0, fingerprint: 0 };
  fingerprint: string | undefined = 'a';
  /** While set, snapshots are not done. */
  held: Promise<void> | undefined;
  readonly pace: Pace;

  constructor(others: Partial<Readings> = {}) {
    this.pace = new Pace(
      {
        list: () => this.#note('list'),
        mounts: () => this.#note('mounts'),
        whole: async () => {
          this.read.push(['whole', this.clock.now() - this.#began]);
          await this.held;
          return this.cost.whole;
        },
        fingerprint: async () => {
          this.#note('fingerprint');
          return { text: this.fingerprint, costMs: this.cost.fingerprint };
        },
        tellsNamespaces: false,
        tellsProcesses: true,
        wholeTellsMore: false,
        intervalMs: undefined,
        ...others,
      },
      this.clock,
    );
  }

  #note(what: Reading): void {
    this.read.push([what, this.clock.now() - this.#began]);
    this.clock.spend(what === 'fingerprint' ? 0 : this.cost[what]);
  }

  /** When a thing was read, in milliseconds since the beginning. */
  times(what: Reading): number[] {
    return this.read.flatMap(([read, at]) => (read === what ? [at] : []));
  }

  async started(): Promise<this> {
    this.pace.start();
    await settle();
    return this;
  }
}

const withoutList = { list: undefined, fingerprint: undefined };

test('The list is read soon after something happened, once however often it is said, and often while things happen.', async () => {
  const script = await new Script().started();
  for (let i = 0; i < 10; i++) script.pace.listSoon();
  await script.clock.pass(3);
  assert.deepEqual(script.times('list'), []);
  await script.clock.pass(1);
  assert.deepEqual(script.times('list'), [4]);
  await script.clock.pass(200);
  const busy = script.times('list').length;
  assert.ok(busy >= 9, `${busy} readings in 200 ms`);
  await script.clock.pass(2000);
  const later = script.times('list');
  assert.equal((later.at(-1) ?? 0) - (later.at(-2) ?? 0), 60, 'the beat of a host on which nothing happens');
});

test('A reading of the list that takes long is made less often: a quarter of the time at most, while things happen.', async () => {
  const script = await new Script().started();
  script.cost.list = 12;
  for (let i = 0; i < 100; i++) {
    script.pace.listSoon();
    await script.clock.pass(20);
  }
  const times = script.times('list');
  const gaps = times.slice(1).map((at, i) => at - (times[i] ?? 0) - script.cost.list);
  assert.ok(gaps.length > 20);
  // The first comes as soon as it can: nobody knows yet what a reading takes.
  assert.ok(Math.min(...gaps.slice(1)) >= 4 * script.cost.list - 1, `${Math.min(...gaps.slice(1))} ms between two`);
  assert.ok(Math.max(...gaps) <= 60, 'and no later than 60 ms');
});

test('On a host on which nothing happens a slow list is read ever less often, and no less than each other second.', async () => {
  const script = await new Script().started();
  script.cost.list = 50;
  await script.clock.pass(30_000);
  const times = script.times('list');
  assert.ok(times.length > 10);
  for (const [i, at] of times.slice(2).entries()) assert.equal(at - (times[i + 1] ?? 0), 2050);
});

test('Where there is no list a snapshot is taken instead, and each second anyway.', async () => {
  const script = await new Script(withoutList).started();
  script.pace.listSoon();
  await script.clock.pass(50);
  assert.deepEqual(script.times('whole'), [50]);
  await script.clock.pass(3000);
  assert.deepEqual(script.times('whole'), [50, 1050, 2050, 3050]);
});

test('An earlier time takes the place of a later one, and a later one that of none.', async () => {
  const script = await new Script().started();
  script.pace.wholeSoon();
  await script.clock.pass(10);
  script.pace.wholeNow();
  script.pace.wholeSoon();
  await script.clock.pass(500);
  assert.deepEqual(script.times('whole'), [25]);
});

test('Snapshots are taken one at a time, and what was asked for meanwhile follows at once.', async () => {
  const script = await new Script(withoutList).started();
  let done = () => {};
  script.held = new Promise((resolve) => {
    done = resolve;
  });
  script.pace.wholeNow();
  await script.clock.pass(15);
  for (let i = 0; i < 5; i++) {
    script.pace.wholeNow();
    await script.clock.pass(100);
  }
  assert.deepEqual(script.times('whole'), [15], 'one that is not done is alone');
  script.held = undefined;
  done();
  await settle();
  await script.clock.pass(15);
  assert.deepEqual(script.times('whole'), [15, 530]);
});

test('Who asks for snapshots that take long waits three seconds, or fifteen times what they take.', async () => {
  for (const [costMs, restMs] of [
    [1, 50],
    [10, 300],
    [150, 3000],
    [1000, 15_000],
  ] as const) {
    const script = await new Script().started();
    script.cost.whole = costMs;
    script.pace.wholeNow();
    await script.clock.pass(15);
    assert.equal(script.times('whole').length, 1);
    script.pace.wholeSoon();
    await script.clock.pass(restMs - 1);
    assert.equal(script.times('whole').length, 1, `after ${costMs} ms`);
    await script.clock.pass(1);
    assert.equal(script.times('whole').length, 2, `after ${costMs} ms`);
  }
});

test('Another fingerprint is followed by a snapshot, and the same by none for a minute.', async () => {
  const script = await new Script({ tellsNamespaces: true }).started();
  script.pace.stir();
  await script.clock.pass(20_000);
  assert.deepEqual(script.times('whole'), []);
  assert.ok(script.times('fingerprint').length >= 20);
  script.fingerprint = 'b';
  await script.clock.pass(1050);
  assert.equal(script.times('whole').length, 1);
});

test('Where no fingerprint can be read a namespace that came or went is followed by a snapshot in a second.', async () => {
  const script = await new Script({ fingerprint: undefined }).started();
  script.pace.stir();
  await script.clock.pass(999);
  assert.deepEqual(script.times('whole'), []);
  await script.clock.pass(1);
  assert.deepEqual(script.times('whole'), [1000]);
});

test('A fingerprint that takes long is read less often.', async () => {
  const script = new Script();
  script.cost.fingerprint = 20;
  await script.started();
  await script.clock.pass(20_000);
  assert.deepEqual(script.times('fingerprint'), [0, 4000, 8000, 12_000, 16_000, 20_000]);
});

test('An interval that was asked for is kept, unless the snapshots take longer.', async () => {
  const script = await new Script({ ...withoutList, intervalMs: 100 }).started();
  await script.clock.pass(1000);
  assert.equal(script.times('whole').length, 10);
  script.cost.whole = 400;
  await script.clock.pass(2000);
  const last = script.times('whole').slice(-2);
  assert.equal((last[1] ?? 0) - (last[0] ?? 0), 400);
});

test('Mounts that change all the time are read one part in twenty of the time.', async () => {
  const script = await new Script().started();
  script.cost.mounts = 10;
  for (let i = 0; i < 1000; i++) {
    script.pace.mountsSoon();
    await script.clock.pass(1);
  }
  const { length } = script.times('mounts');
  assert.ok(length >= 4 && length <= 6, `${length} readings in a second`);
});

test('Whatever is asked for, snapshots are one at a time, each wish is met, and after the end nothing is read.', async () => {
  const wish = fc.oneof(
    fc.constantFrom('listSoon', 'wholeSoon', 'wholeNow', 'mountsSoon', 'stir').map((name) => ({ wish: name })),
    fc.nat(4000).map((ms) => ({ ms })),
  );
  const kinds = fc.record({ list: fc.boolean(), fingerprint: fc.boolean(), tellsNamespaces: fc.boolean() });
  let snapshots = 0;
  await fc.assert(
    fc.asyncProperty(kinds, fc.array(wish, { maxLength: 30 }), fc.nat(300), async (has, wishes, costMs) => {
      const without = {
        ...(has.list ? {} : { list: undefined }),
        ...(has.fingerprint ? {} : { fingerprint: undefined }),
      };
      let running = 0;
      const script = new Script({
        ...without,
        tellsNamespaces: has.tellsNamespaces,
        whole: () => {
          assert.equal(running++, 0, 'one at a time');
          snapshots++;
          return new Promise((resolve) =>
            script.clock.later(() => {
              running--;
              resolve(costMs);
            }, costMs),
          );
        },
      });
      await script.started();
      for (const one of wishes)
        if ('ms' in one) await script.clock.pass(one.ms);
        else script.pace[one.wish as 'stir']();
      const before = snapshots;
      script.pace.wholeSoon();
      await script.clock.pass(Math.max(3000, 15 * costMs) + 2 * costMs + 100);
      assert.ok(snapshots > before, 'a snapshot that was asked for is taken');
      script.pace.stop();
      const read = script.read.length + snapshots;
      await script.clock.pass(700_000);
      script.pace.wholeNow();
      script.pace.listSoon();
      await script.clock.pass(700_000);
      assert.equal(script.read.length + snapshots, read);
      assert.equal(script.clock.waiting, 0, 'no timer is left');
    }),
    { numRuns: 60 },
  );
});
