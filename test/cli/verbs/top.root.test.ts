// nscope top on a terminal: it shows what comes and goes, is led by keys alone, and leaves the terminal as it was.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hold, readLinksOf } from '../../held-process.ts';
import { nscope, TerminalSession, terminalNeeds } from '../../launch/terminal-session.ts';
import { missing } from '../../tiers.ts';
import { runNscope } from '../run-nscope.ts';

const skip = missing({ root: true, ...terminalNeeds });

test('The screen shows a namespace that comes, its details and its end, and the terminal is as before when it ends.', {
  skip,
}, async (t) => {
  const session = new TerminalSession();
  t.after(() => session.end());
  await session.ready();
  await session.ask('stty cols 80 rows 50');
  const before = await session.ask('stty -a');
  session.enter(`TERM=xterm ${nscope} top -d 0.2 -t uts`);
  await session.shows(/\x1b\[\?1049h[\s\S]*made\/s[\s\S]*INODE[\s\S]*help/, 30_000);
  const held = await hold('unshare', ['-u', 'bash', '-c', "echo ready; exec -a $'odd\\e[2Jname' sleep 600"]);
  t.after(held.end);
  const { uts } = readLinksOf(held.pid);
  await session.shows(new RegExp(String(uts)));
  session.type(`/${uts}`);
  await session.shows(new RegExp(`filter: ${uts}_`));
  session.type('\r\r');
  await session.shows(new RegExp(`uts:\\[${uts}\\]`));
  await session.shows(/odd\\e\[2Jname/);
  await held.end();
  await session.shows(new RegExp(`uts:\\[${uts}\\] has ended`));
  session.type('?');
  await session.shows(/Ctrl-Z/);
  session.type('qq');
  const end = await session.ready();
  assert.match(end, /\x1b\[\?25h\x1b\[\?1049l/);
  assert.equal(await session.ask('stty -a'), before);
});

test('Suspended it gives the terminal back, and draws itself anew behind it; a signal ends it in order.', {
  skip,
}, async (t) => {
  const session = new TerminalSession();
  t.after(() => session.end());
  await session.ready();
  await session.ask('stty cols 80 rows 24');
  session.enter(`TERM=xterm ${nscope} top`);
  await session.shows(/\x1b\[\?1049h[\s\S]*help/, 30_000);
  session.type('\x1a');
  await session.shows(/\x1b\[\?1049l/);
  await session.ready();
  assert.match(await session.ask('jobs'), /Stopped/);
  session.enter('fg');
  await session.shows(/\x1b\[\?1049h[\s\S]*help/);
  session.type('\x03');
  await session.ready();
  assert.equal(await session.ask('echo $?'), '0');
});

test('Without a terminal, and with words that make no sense, it says what would be right, with status 2.', {
  skip,
}, () => {
  for (const [words, sentence] of [
    [[], /top needs a terminal .* elsewhere: nscope ls, nscope watch --stats/],
    [['--sort', 'prcs'], /top is not ordered by "prcs"; .*procs/],
    [['--delay', 'x'], /--delay takes seconds from 0\.1 to 3600, not "x"/],
    [['-t', 'net,uts'], /--type takes one type, not 2/],
    [['--source', 'bfp'], /there is no source of events "bfp"; .*bpf/],
  ] as const) {
    const { status, stderr } = runNscope(['top', ...words]);
    assert.equal(status, 2);
    assert.match(stderr, sentence);
  }
});
