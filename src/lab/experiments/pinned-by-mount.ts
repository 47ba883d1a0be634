import { documents, type Experiment } from '../stage/experiment.ts';
import { idle } from '../stage/stage.ts';

export const pinnedByMount: Experiment = {
  name: 'pinned-by-mount',
  claim:
    'A bind mount of its file in /proc/PID/ns holds a pid namespace as well when its init has ended, and it is as dead.',
  source: documents.article,
  async perform(stage) {
    const pin = `${stage.directory}/pin`;
    const around = await stage.make(['mnt'], `mount -t tmpfs lab ${stage.directory} && touch ${pin}`);
    const run = ['nscope', 'run', '--pid', '--', 'sh', '-c', idle()];
    const init = await stage.makeWith([...stage.enter(around), ...run]);
    await stage.run([...stage.enter(around), 'mount', '--bind', `/proc/${init.pid}/ns/pid`, pin]);
    const born = [...stage.enter(around), 'nscope', 'enter', '-f', '-n', pin, 'sh', '-c', 'echo born'];
    stage.expect('what a process in it says while the init lives', (await stage.try(born)).output, 'born');
    await stage.run(`kill -KILL ${init.pid}`);
    await init.actor.end();
    const held = await stage.try(`grep -cF 'pid:[${init.inodes.pid}]' /proc/${around.pid}/mountinfo`);
    stage.expect('how many mounts still hold it', held.output, 1);
    const { said } = await stage.try(born);
    stage.expect('the errno of the next fork', /\((E[A-Z]+)\)/.exec(said)?.[1] ?? said, 'ENOMEM');
  },
};
