import { documents, type Experiment } from '../stage/experiment.ts';
import { countLinks, findHolder } from '../stage/hidden.ts';
import { idle } from '../stage/stage.ts';

export const hiddenByMount: Experiment = {
  name: 'hidden-by-mount',
  claim:
    'A bind mount in another mount namespace keeps a network namespace that neither a link nor the mounts of the host lead to.',
  source: documents.listing,
  async perform(stage) {
    const pin = `${stage.directory}/pin`;
    const around = await stage.make(['mnt'], `mount -t tmpfs lab ${stage.directory} && touch ${pin}`);
    // In there, where an ordinary user has the capabilities that looking at it takes.
    const run = ['nscope', 'run', '--net', '--', 'sh', '-c', idle()];
    const made = await stage.makeWith([...stage.enter(around), ...run]);
    await stage.run([...stage.enter(around), 'mount', '--bind', `/proc/${made.pid}/ns/net`, pin]);
    await stage.run(`kill -KILL ${made.pid}`);
    await made.actor.end();
    const name = `net:[${made.inodes.net}]`;
    stage.expect('how many links of tasks lead to it', await countLinks(stage, name), 0);
    const here = await stage.try(`grep -cF '${name}' /proc/self/mountinfo`);
    stage.expect('how many mounts here lead to it', here.output, 0);
    const there = await stage.try(`grep -cF '${name}' /proc/${around.pid}/mountinfo`);
    stage.expect('how many mounts there lead to it', there.output, 1);
    stage.expect('the holder that nscope names', await findHolder(stage, name), `bind-mount ${pin}`);
  },
};
