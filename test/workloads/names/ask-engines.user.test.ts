// Names asked of running daemons: what they tell, what they may not do to nscope, and who is not asked.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isKnown } from '../../../src/model/snapshot/known.ts';
import type { Snapshot } from '../../../src/model/snapshot/schema.ts';
import { askEngines } from '../../../src/workloads/names/ask-engines.ts';
import { trusted, type Witness } from '../../../src/workloads/signs/authority.ts';
import { idA, rootSays, shortA, summarize, withWorkloads } from '../recorded-host.ts';

const own = process.geteuid?.() ?? 0;

/** A server on a socket that counts what it is asked. */
async function serve(t: TestContext, answer: RequestListener): Promise<{ socket: string; count(): number }> {
  const directory = mkdtempSync(join(tmpdir(), 'nscope-socket-'));
  const socket = join(directory, 's');
  let asked = 0;
  const server = createServer((request, response) => {
    asked++;
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  t.after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(directory, { recursive: true, force: true });
  });
  return { socket, count: () => asked };
}

/** A container of Docker, and who serves on a socket. */
function hostWith(words: readonly string[], uid = own): Snapshot {
  const container = { pid: 201, words: ['web'], cgroup: `/docker/${idA}` };
  return withWorkloads([{ pid: 200, words, uid }, container], [], rootSays);
}

/** All that root and oneself run is what it is called. */
const witness: Witness = {
  ...rootSays,
  ofProcess: ({ uid }) => (uid === 0 || uid === own ? trusted : { trusted: false, uid }),
};

function ask(snapshot: Snapshot): Promise<Snapshot> {
  return askEngines(snapshot, witness);
}

function names({ workloads }: Snapshot): readonly string[] {
  assert.ok(isKnown(workloads));
  return summarize(workloads);
}

function sourceOf({ coverage }: Snapshot) {
  return coverage.sources.find(({ source }) => source === 'engine-sockets');
}

const containers = [{ Id: idA, Names: ['/web'], Image: 'nginx:1', Labels: { 'com.docker.compose.project': 'shop' } }];

test('A running daemon tells names, images and labels.', async (t) => {
  const { socket, count } = await serve(t, (request, response) => {
    assert.equal(request.url, '/v1.24/containers/json');
    response.end(JSON.stringify(containers));
  });
  const snapshot = await ask(hostWith(['/usr/bin/dockerd', '-H', `unix://${socket}`]));
  assert.equal(count(), 1);
  assert.deepEqual(names(snapshot), ['docker:web 201']);
  assert.ok(isKnown(snapshot.workloads));
  const [web] = snapshot.workloads;
  assert.deepEqual([web?.image, web?.project, web?.certainty], ['nginx:1', 'shop', 'certain']);
  assert.deepEqual([sourceOf(snapshot)?.found, sourceOf(snapshot)?.refused], [1, 0]);
});

test('Podman’s service is asked where it serves, and podman alone is no service.', async (t) => {
  const { socket, count } = await serve(t, (_, response) => response.end('[]'));
  await ask(hostWith(['podman', 'system', 'service', '--time', '0', `unix://${socket}`]));
  assert.equal(count(), 1);
  await ask(hostWith(['podman', 'run', `unix://${socket}`]));
  assert.equal(count(), 1);
});

test('Where no daemon runs no socket is touched, and coverage says so.', async () => {
  const snapshot = await ask(hostWith(['/bin/cat']));
  assert.deepEqual(names(snapshot), [`docker:${shortA} 201`]);
  assert.match(sourceOf(snapshot)?.skipped ?? '', /no daemon runs, and none is started/);
});

test('A daemon of another user is not asked, nor one when all names are known.', async (t) => {
  const { socket, count } = await serve(t, (_, response) => response.end(JSON.stringify(containers)));
  await ask(hostWith(['dockerd', '-H', `unix://${socket}`], own + 1));
  assert.equal(count(), 0);
  const known = withWorkloads([
    { pid: 200, words: ['dockerd', '-H', `unix://${socket}`], uid: own },
    { pid: 201, words: ['init'], cgroup: '/lxc.payload.web' },
  ]);
  assert.equal(await ask(known), known);
  assert.equal(count(), 0);
});

for (const [what, answer] of [
  ['no JSON', '<html>'],
  ['no list', '{"message":"no"}'],
  ['a list of something else', '[null,1,"a",{"Id":7},{"Id":[],"Names":{}}]'],
  ['no name', JSON.stringify([{ Id: idA, Names: [] }])],
] as const)
  test(`An answer that holds ${what} changes nothing.`, async (t) => {
    const { socket, count } = await serve(t, (_, response) => response.end(answer));
    const snapshot = await ask(hostWith(['dockerd', '-H', `unix://${socket}`]));
    assert.equal(count(), 1);
    assert.deepEqual(names(snapshot), [`docker:${shortA} 201`]);
  });

test('A daemon that does not answer is given up, and so is one that never ends.', async (t) => {
  const silent = await serve(t, () => {});
  const first = await ask(hostWith(['dockerd', '-H', `unix://${silent.socket}`]));
  assert.equal(sourceOf(first)?.refusals[0]?.errno, 'ETIMEDOUT');
  const endless = await serve(t, (_, response) => {
    const more = () => {
      while (!response.destroyed && response.write(Buffer.alloc(1 << 20))) {}
      if (!response.destroyed) response.once('drain', more);
    };
    response.on('error', () => {});
    more();
  });
  const second = await ask(hostWith(['dockerd', '-H', `unix://${endless.socket}`]));
  assert.equal(sourceOf(second)?.refusals[0]?.errno, 'EMSGSIZE');
  assert.deepEqual(names(second), [`docker:${shortA} 201`]);
});

test('A socket that is not there, and what is none, are named in coverage.', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'nscope-socket-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  for (const [name, errno] of [
    ['absent', 'ENOENT'],
    ['', 'ENOTSOCK'],
  ]) {
    const socket = join(directory, name ?? '');
    const snapshot = await ask(hostWith(['dockerd', '-H', `unix://${socket}`]));
    assert.deepEqual(sourceOf(snapshot)?.refusals, [
      { what: 'the socket of an engine', errno, count: 1, example: socket },
    ]);
    assert.match(snapshot.coverage.reasons.at(-1) ?? '', /^the names of one workload: .*refused/);
  }
});
